using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>Layer normalisation of the last dimension, or of the channels of a map.</summary>
internal sealed class NormLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    private readonly double _epsilon;
    private readonly bool _ofChannels;

    /// <param name="parts">Its shapes.</param>
    /// <param name="ofChannels">Whether it gets maps, [batch, channels, height, width].</param>
    public NormLayer(TowerParts parts, bool ofChannels = false)
        : base(nameof(NormLayer))
    {
        _weight = parts.Unset("weight", 1);
        _bias = parts.Unset("bias", 1);
        _epsilon = parts.Description.NormEpsilon;
        _ofChannels = ofChannels;
        RegisterComponents();
    }

    /// <param name="x">[…, width], or [batch, width, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return (_ofChannels ? Normalise(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2) : Normalise(x))
            .MoveToOuterDisposeScope();
    }

    private Tensor Normalise(Tensor x) => functional.layer_norm(x, _weight.shape, _weight, _bias, _epsilon);
}
