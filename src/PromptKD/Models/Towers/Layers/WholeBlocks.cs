using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>
/// A convolution of as many channels as the processor's kernels work on at once. oneDNN's of libtorch 2.10 take 16 with
/// AVX-512, 8 with AVX2; of a number that these do not divide (40 in the stem of RN50x4) the last ones read memory that
/// nobody wrote. Their weights are zero, so that it changes nothing, until there is NaN or infinity in it: then the
/// output is NaN, or the gradient of the input.
/// </summary>
internal static class WholeBlocks
{
    private const long Block = 16;
    private const long Colours = 3; // Pictures have kernels of their own, which read what is theirs.

    /// <summary>A convolution, whose channels are filled up with zeros where the processor would read beyond.</summary>
    /// <param name="x">[batch, inputs, height, width].</param>
    /// <param name="weight">[outputs, inputs / groups, kernel, kernel].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="stride">Places from one output to the next.</param>
    /// <param name="padding">Zeros around the input.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <returns>[batch, outputs, …].</returns>
    public static Tensor Convolve(
        Tensor x, Tensor weight, Tensor? bias, long stride, long padding, long groups = 1)
    {
        long inputs = Missing(x.shape[1]), outputs = Missing(weight.shape[0]);
        bool isWhole = inputs == 0 && outputs == 0;
        if (isWhole || groups > 1 || weight.shape[2] == 1 || x.shape[1] == Colours || x.device_type != DeviceType.CPU)
        {
            return Plain(x, weight, bias);
        }

        using Tensor wideX = functional.pad(x, [0, 0, 0, 0, 0, inputs]);
        using Tensor wideWeight = functional.pad(weight, [0, 0, 0, 0, 0, inputs, 0, outputs]);
        using Tensor? wideBias = bias is null ? null : functional.pad(bias, [0, outputs]);
        using Tensor wide = Plain(wideX, wideWeight, wideBias);
        return wide.narrow(1, 0, weight.shape[0]);

        Tensor Plain(Tensor input, Tensor kernels, Tensor? constants) => functional.conv2d(
            input, kernels, constants, strides: [stride, stride], padding: [padding, padding], groups: groups);
    }

    private static long Missing(long channels) => (Block - (channels % Block)) % Block;
}
