using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class ResNetTests
{
    [Fact]
    public void Does_not_change_in_training_mode_or_with_the_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder encoder = TinyResNet.ImageEncoder();
        Tensor images = TinyResNet.Images(3);
        encoder.eval();
        Tensor expected = encoder.forward(images, prompts: null);

        encoder.train();
        Tensor together = encoder.forward(images, prompts: null);
        Tensor alone = encoder.forward(images.narrow(0, 0, 1), prompts: null);

        TensorAssert.SameBytes(expected, together);
        TensorAssert.Near(expected.narrow(0, 0, 1), alone, 1e-5);
    }

    [Fact]
    public void Each_stage_halves_the_sides_and_doubles_the_channels()
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder encoder = TinyResNet.ImageEncoder();
        var shapes = new List<(int Stage, long[] Shape)>();

        encoder.Trace(TinyResNet.Images(2), prompts: null, (stage, x) => shapes.Add((stage, x.shape)));

        Assert.Equal([0, 1, 2, 3], shapes.Select(one => one.Stage));
        Assert.Equal(
            [[2, 32, 16, 16], [2, 64, 8, 8], [2, 128, 4, 4], [2, 256, 2, 2]],
            shapes.Select(one => one.Shape));
    }

    [Fact]
    public void Stays_near_float32_in_bfloat16()
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder exact = TinyResNet.ImageEncoder();
        using ImageEncoder rounded = TinyResNet.ImageEncoder(ScalarType.BFloat16);
        Tensor images = TinyResNet.Images(4);

        Tensor expected = nn.functional.normalize(exact.forward(images, prompts: null), dim: -1);
        Tensor actual = nn.functional.normalize(rounded.forward(images, prompts: null), dim: -1);

        Assert.Equal((ScalarType.BFloat16, DeviceType.CPU), (rounded.Placement.Type, rounded.Placement.Device.type));
        Assert.True((expected * actual).sum(-1).min().item<float>() > 0.995);
    }

    [Fact]
    public void Refuses_prompts()
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder encoder = TinyResNet.ImageEncoder();
        LayerPrompts prompts = TinyClip.Prompts(depth: 1, TinyResNet.Architecture.VisionWidth);

        var error = Assert.Throws<PromptKDException>(() => encoder.forward(TinyResNet.Images(1), prompts));

        Assert.Contains("ResNet", error.Message, StringComparison.Ordinal);
    }
}
