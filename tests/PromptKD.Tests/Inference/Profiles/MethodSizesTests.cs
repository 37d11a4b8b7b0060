using PromptKD.Configuration;
using PromptKD.Inference.Profiles;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Inference.Profiles;

public sealed class MethodSizesTests
{
    [Fact]
    public void Every_method_that_learns_has_sizes() => Assert.All(
        MethodCatalog.All.Where(row => row.LearnsFrom != Supervision.None),
        row => Assert.Equal(row.Name, Of(row.Name).Method));

    [Fact]
    public void A_method_that_prompts_both_towers_has_those_of_its_own_section()
    {
        var both = new IVLPConfig { NCtxText = 3, PromptDepthText = 5, NCtxVision = 0 };

        LearnedSizes sizes = Of("IVLP", new TrainerConfig { IVLP = both });

        Assert.Equal((3, 5, 0, 0), (sizes.ContextLength, sizes.TextDepth, sizes.VisionLength, sizes.VisionDepth));
    }

    [Fact]
    public void What_has_no_case_is_a_programmers_mistake() => Assert.Equal(
        "What ZeroshotCLIP learns has no case among these sizes.",
        Assert.Throws<InvalidOperationException>(() => Of("ZeroshotCLIP")).Message);

    private static LearnedSizes Of(string method, TrainerConfig? settings = null) =>
        MethodSizes.Of(method, settings ?? new TrainerConfig(), ClipArchitecture.VitB16, embedding: 512, classes: 10);
}
