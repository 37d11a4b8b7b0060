using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>A learned factor for each channel.</summary>
internal sealed class ChannelScale : Module<Tensor, Tensor>
{
    [ComponentName(Name = "gamma")]
    private readonly Parameter _factors;

    /// <param name="parts">Its shape.</param>
    /// <param name="dimensions">1 for tokens, 3 for maps: [channels, 1, 1].</param>
    public ChannelScale(TowerParts parts, int dimensions)
        : base(nameof(ChannelScale))
    {
        _factors = parts.Unset("gamma", dimensions);
        RegisterComponents();
    }

    /// <param name="x">[…, channels], or [batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x) => x.mul(_factors);
}
