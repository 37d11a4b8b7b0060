using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class ModuleWeightsTests
{
    [Fact]
    public void Freezes_what_it_fills()
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder encoder = TinyClip.ImageEncoder();

        Assert.All(encoder.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void Names_a_missing_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = TinyClip.Weights();
        weights.Remove("visual.proj");

        var error = Assert.Throws<PromptKDException>(() => Fill(weights));

        Assert.Equal("mine.pt: no tensor 'visual.proj'. Is the checkpoint complete?", error.Message);
    }

    [Fact]
    public void Names_a_tensor_of_another_shape()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = TinyClip.Weights();
        weights["visual.proj"] = zeros(128, 25);

        var error = Assert.Throws<PromptKDException>(() => Fill(weights));

        Assert.StartsWith(
            "mine.pt: 'visual.proj' is [128, 25], expected [128, 24].", error.Message, StringComparison.Ordinal);
    }

    private static void Fill(Dictionary<string, Tensor> weights)
    {
        using var encoder = ImageEncoder.Create(TinyClip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(encoder, weights, "visual.", "mine.pt");
    }
}
