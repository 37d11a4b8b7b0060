using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;

namespace PromptKD.Tests.Models.Prompts;

public sealed class CoupledPromptsTests
{
    [Fact]
    public void Image_tokens_are_a_linear_map_of_the_text_tokens_of_their_layer()
    {
        using DisposeScope scope = NewDisposeScope();
        using var prompts = new CoupledPrompts(TinyClip.Random(1, 2, 64), depth: 3, visionWidth: 128);
        var named = prompts.Named.ToDictionary(one => one.Key, one => (Tensor)one.Value);

        LayerPrompts vision = prompts.MakeVision();

        Tensor Map(string text, string map) => named[text].matmul(named[map + ".weight"].t()) + named[map + ".bias"];
        TensorAssert.Near(Map("ctx", "proj"), vision.Tokens[0], 1e-6);
        TensorAssert.Near(
            Map("compound_prompts_text.0", "compound_prompt_projections.0"), vision.Tokens[1], 1e-6);
        TensorAssert.Near(
            Map("compound_prompts_text.1", "compound_prompt_projections.1"), vision.Tokens[2], 1e-6);
    }

    [Fact]
    public void Maps_of_the_deeper_layers_start_alike_and_learn_apart()
    {
        using DisposeScope scope = NewDisposeScope();
        using var prompts = new CoupledPrompts(TinyClip.Random(1, 2, 64), depth: 3, visionWidth: 128);
        var named = prompts.Named.ToDictionary(one => one.Key, one => (Tensor)one.Value);
        (Tensor first, Tensor second) = (
            named["compound_prompt_projections.0.weight"], named["compound_prompt_projections.1.weight"]);

        TensorAssert.SameBytes(first, second);
        Assert.NotEqual(named["proj.weight"].bytes.ToArray(), first.bytes.ToArray());

        first.requires_grad_(false).zero_();

        Assert.NotEqual(0, second.detach().abs().max().item<float>());
    }
}
