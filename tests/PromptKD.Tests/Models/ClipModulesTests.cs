using PromptKD.Models;

namespace PromptKD.Tests.Models;

/// <summary>Names and shapes of the known architectures. Nothing is allocated: torch's meta device has no memory.</summary>
public sealed class ClipModulesTests
{
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

    /// <summary>A line a parameter, after the total has been held to OpenAI's (logit_scale is one more).</summary>
    private static string Describe(ClipArchitecture architecture, long expectedCount)
    {
        using DisposeScope scope = NewDisposeScope();
        using var images = new ImageEncoder(architecture, ScalarType.Float32, META);
        using var texts = new TextEncoder(architecture, ScalarType.Float32, META);
        (string Name, Tensor Value)[] all =
        [
            .. images.state_dict().Select(named => ("visual." + named.Key, named.Value)),
            .. texts.state_dict().Select(named => (named.Key, named.Value)),
        ];
        Assert.Equal(expectedCount, 1 + all.Sum(parameter => parameter.Value.numel()));
        return string.Join('\n', all.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Name} [{string.Join(", ", parameter.Value.shape)}]"));
    }
}
