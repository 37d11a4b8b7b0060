using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class ClipParametersTests
{
    // The totals are those of OpenAI's released models: image encoder, text encoder and logit_scale.
    [Fact]
    public void ViT_B_32_has_the_known_parameters() => Snapshot.Verify(Describe(ClipArchitecture.VitB32, 151_277_313));

    [Fact]
    public void ViT_B_16_has_the_known_parameters() => Snapshot.Verify(Describe(ClipArchitecture.VitB16, 149_620_737));

    [Fact]
    public void ViT_L_14_has_the_known_parameters() => Snapshot.Verify(Describe(ClipArchitecture.VitL14, 427_616_513));

    // 336 pixels are 24 × 24 patches in place of 16 × 16: 320 positions of 1024 channels more.
    [Fact]
    public void ViT_L_14_at_336_pixels_has_the_known_parameters() =>
        Snapshot.Verify(Describe(ClipArchitecture.VitL14At336, 427_616_513 + (320 * 1024)));

    [Fact]
    public void ResNet_50_has_the_known_parameters() =>
        Snapshot.Verify(Describe(ClipArchitecture.ResNet50, 102_007_137));

    [Fact]
    public void ResNet_101_has_the_known_parameters() =>
        Snapshot.Verify(Describe(ClipArchitecture.ResNet101, 119_688_033));

    [Fact]
    public void The_large_ResNets_have_the_known_numbers_of_parameters()
    {
        Describe(ClipArchitecture.ResNet50x4, 178_300_601);
        Describe(ClipArchitecture.ResNet50x16, 290_979_217);
        Describe(ClipArchitecture.ResNet50x64, 623_258_305);
    }

    [Theory]
    [InlineData("ViT-L/14")]
    [InlineData("RN50")]
    public void The_encoders_are_made_of_the_same_parameters(string name)
    {
        // Nothing is allocated: torch's meta device has shapes, but no memory.
        using DisposeScope scope = NewDisposeScope();
        ClipArchitecture architecture = name == "RN50" ? ClipArchitecture.ResNet50 : ClipArchitecture.VitL14;
        using var images = ImageEncoder.Create(architecture, ScalarType.Float32, META);
        using var texts = new TextEncoder(architecture, ScalarType.Float32, META);
        IEnumerable<string> encoders = images.state_dict()
            .Select(named => Line($"visual.{named.Key}", named.Value.shape))
            .Concat(texts.state_dict().Select(named => Line(named.Key, named.Value.shape)))
            .Append("logit_scale []");

        Assert.Equal(
            ClipParameters.ShapesOf(architecture).Select(named => Line(named.Key, named.Value)).Order(),
            encoders.Order());
    }

    private static string Describe(ClipArchitecture architecture, long expectedCount)
    {
        OrderedDictionary<string, long[]> shapes = ClipParameters.ShapesOf(architecture);
        long parameters = shapes
            .Where(named => !named.Key.Contains("running_", StringComparison.Ordinal)) // statistics, not parameters
            .Sum(named => named.Value.Aggregate(1L, (product, size) => product * size));
        Assert.Equal(expectedCount, parameters);
        return string.Join('\n', shapes.Select(named => Line(named.Key, named.Value)));
    }

    private static string Line(string name, long[] shape) => $"{name} [{string.Join(", ", shape)}]";
}
