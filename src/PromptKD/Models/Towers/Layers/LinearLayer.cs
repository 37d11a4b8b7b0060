using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>A fully connected layer of the file's sizes, with a bias where the file has one.</summary>
internal sealed class LinearLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    public LinearLayer(TowerParts parts)
        : base(nameof(LinearLayer))
    {
        _weight = parts.Unset("weight", 2);
        _bias = parts.UnsetOrNone("bias", 1);
        RegisterComponents();
    }

    /// <param name="x">[…, inputs].</param>
    /// <returns>[…, outputs].</returns>
    public override Tensor forward(Tensor x) => functional.linear(x, _weight, _bias);
}
