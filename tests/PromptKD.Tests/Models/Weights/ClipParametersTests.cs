using PromptKD.Models;
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
    public void The_encoders_are_made_of_the_same_parameters()
    {
        // Nothing is allocated: torch's meta device has shapes, but no memory.
        using DisposeScope scope = NewDisposeScope();
        using var images = new ImageEncoder(ClipArchitecture.VitL14, ScalarType.Float32, META);
        using var texts = new TextEncoder(ClipArchitecture.VitL14, ScalarType.Float32, META);
        IEnumerable<string> encoders = images.state_dict()
            .Select(named => Line($"visual.{named.Key}", named.Value.shape))
            .Concat(texts.state_dict().Select(named => Line(named.Key, named.Value.shape)))
            .Append("logit_scale []");

        Assert.Equal(
            ClipParameters.ShapesOf(ClipArchitecture.VitL14).Select(named => Line(named.Key, named.Value)).Order(),
            encoders.Order());
    }

    private static string Describe(ClipArchitecture architecture, long expectedCount)
    {
        OrderedDictionary<string, long[]> shapes = ClipParameters.ShapesOf(architecture);
        Assert.Equal(expectedCount, shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size)));
        return string.Join('\n', shapes.Select(named => Line(named.Key, named.Value)));
    }

    private static string Line(string name, long[] shape) => $"{name} [{string.Join(", ", shape)}]";
}
