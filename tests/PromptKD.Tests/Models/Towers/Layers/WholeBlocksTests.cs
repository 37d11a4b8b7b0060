using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Tests.Models.Towers.Layers;

/// <summary>Convolutions of odd numbers of channels, amid memory full of NaN.</summary>
public sealed class WholeBlocksTests
{
    [Theory]
    [InlineData(4, 4, 3, 1)] // The stem of the tests' ResNet.
    [InlineData(24, 40, 3, 1)]
    [InlineData(40, 40, 3, 1)] // That of RN50x4.
    [InlineData(12, 20, 2, 2)]
    [InlineData(24, 40, 5, 2)]
    [InlineData(16, 32, 3, 1)]
    [InlineData(3, 20, 3, 2)]
    [InlineData(24, 40, 1, 1)]
    public void Are_those_of_a_product_of_matrices_and_their_gradients_are_numbers(
        int inputs, int outputs, int kernel, int stride)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TinyClip.Random(1, 6, inputs, 16, 16).requires_grad_();
        Tensor weight = TinyClip.Random(2, outputs, inputs, kernel, kernel).requires_grad_();
        Tensor bias = TinyClip.Random(3, outputs);
        int padding = kernel / 2;
        for (int time = 0; time < 10; time++)
        {
            Poison();
            Tensor y = WholeBlocks.Convolve(x, weight, bias, stride, padding);
            Poison();
            y.sum().backward();

            Tensor columns = functional.unfold(x, kernel, padding: padding, stride: stride);
            Tensor expected = weight.flatten(1).matmul(columns).view(y.shape) + bias.view(-1, 1, 1);
            Assert.InRange((y - expected).abs().max().item<float>(), 0, 1e-3f);
            Assert.True(x.grad!.isfinite().all().item<bool>());
            Assert.True(weight.grad!.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Of_groups_it_is_torchs_own()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TinyClip.Random(1, 2, 24, 8, 8), weight = TinyClip.Random(2, 24, 1, 3, 3);

        Tensor y = WholeBlocks.Convolve(x, weight, bias: null, stride: 1, padding: 1, groups: 24);

        Assert.Equal(
            functional.conv2d(x, weight, padding: [1, 1], groups: 24).data<float>(), y.contiguous().data<float>());
    }

    // What is freed is what the next tensors of such sizes get.
    private static void Poison()
    {
        Tensor[] freed = [.. Enumerable.Range(0, 200).Select(number => full([(1 << (number % 16)) + 3], float.NaN))];
        foreach (Tensor one in freed)
        {
            one.Dispose();
        }
    }
}
