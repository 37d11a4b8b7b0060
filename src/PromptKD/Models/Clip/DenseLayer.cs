using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// A fully connected layer, y = x·Wᵀ + b, whose values are left unset: they always come from a checkpoint or an
/// explicit initialisation, so the cost of drawing 300 million random numbers first is not paid.
/// </summary>
internal sealed class DenseLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    public DenseLayer(long inputs, long outputs, ScalarType type, Device device)
        : base(nameof(DenseLayer))
    {
        _weight = Parameter(empty(outputs, inputs, type, device));
        _bias = Parameter(empty(outputs, type, device));
        RegisterComponents();
    }

    /// <param name="x">[…, inputs].</param>
    /// <returns>[…, outputs].</returns>
    public override Tensor forward(Tensor x) => functional.linear(x, _weight, _bias);
}
