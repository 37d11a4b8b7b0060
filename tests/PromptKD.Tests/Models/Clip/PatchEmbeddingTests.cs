using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class PatchEmbeddingTests
{
    [Theory]
    [InlineData(12, 12)]
    [InlineData(8, 12)]
    public void Equals_torchs_convolution(int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using var patches = new PatchEmbedding(4, 10, ScalarType.Float32, CPU);
        Tensor weight = TinyClip.Random(1, 10, 3, 4, 4);
        ModuleWeights.Fill(patches, new Dictionary<string, Tensor> { ["weight"] = weight }, "", "patches");
        Tensor images = TinyClip.Random(2, 2, 3, height, width);

        Tensor actual = patches.forward(images);

        Tensor expected = nn.functional.conv2d(images, weight, strides: [4, 4]).flatten(2).transpose(1, 2);
        TensorAssert.Near(expected, actual, 1e-4);
    }
}
