using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class ImageEncoderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Equals_the_class_token_of_the_uncut_pass(int depth)
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder encoder = TinyClip.ImageEncoder();
        LayerPrompts? prompts = depth == 0 ? null : TinyClip.Prompts(depth, TinyClip.Architecture.VisionWidth);
        Tensor images = TinyClip.Images(2);
        List<Tensor> layers = [];

        Tensor actual = encoder.forward(images, prompts);
        encoder.Trace(images, prompts, (_, x) => layers.Add(x.detach().clone().DetachFromDisposeScope()));

        Dictionary<string, Tensor> weights = TinyClip.Weights();
        Tensor last = layers[^1].select(1, 0);
        Tensor expected = nn.functional.layer_norm(
            last, [last.shape[1]], weights["visual.ln_post.weight"], weights["visual.ln_post.bias"])
            .matmul(weights["visual.proj"]);
        Assert.Equal(1 + 4 + (depth == 0 ? 0 : 2), layers[0].shape[1]); // class token, patches, prompts
        TensorAssert.Near(expected, actual, 1e-5);
        layers.ForEach(layer => layer.Dispose());
    }

    [Fact]
    public void Stays_near_float32_in_bfloat16()
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder exact = TinyClip.ImageEncoder();
        using ImageEncoder rounded = TinyClip.ImageEncoder(ScalarType.BFloat16);
        LayerPrompts prompts = TinyClip.Prompts(depth: 2, TinyClip.Architecture.VisionWidth);
        Tensor images = TinyClip.Images(4);

        Tensor expected = nn.functional.normalize(exact.forward(images, prompts), dim: -1);
        Tensor actual = nn.functional.normalize(rounded.forward(images, prompts), dim: -1);

        // 8 bits of fraction are 0.4 % a product; three layers of them stay below 5 % of a feature of length 1.
        Assert.Equal(ScalarType.Float32, actual.dtype);
        TensorAssert.Near(expected, actual, 0.05);
        Assert.True((expected * actual).sum(-1).min().item<float>() > 0.995);
    }
}
