using PromptKD.Models.Towers.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// A convolution with a square kernel and no bias that keeps the size of its input, up to the stride. Its values are
/// left unset, as those of <see cref="DenseLayer"/>.
/// </summary>
internal sealed class Convolution : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    private readonly long _stride;

    public Convolution(long inputs, long outputs, long kernel, ScalarType type, Device device, long stride = 1)
        : base(nameof(Convolution))
    {
        _weight = Parameter(empty([outputs, inputs, kernel, kernel], type, device));
        _stride = stride;
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride], rounded up.</returns>
    public override Tensor forward(Tensor x) =>
        WholeBlocks.Convolve(x, _weight, bias: null, _stride, padding: _weight.shape[2] / 2);
}
