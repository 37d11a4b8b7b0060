using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>Cuts pictures into square patches and projects each one. Pixels that fill no patch are left out.</summary>
internal sealed class PatchLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")]
    private readonly ConvolutionLayer _projection;

    public PatchLayer(TowerParts parts)
        : base(nameof(PatchLayer))
    {
        TowerParts projection = parts.Below("proj");
        long size = projection.Shape("weight", 4)[2];
        _projection = new ConvolutionLayer(projection, size, padding: 0);
        RegisterComponents();
    }

    /// <summary>Height and width of a patch, pixels.</summary>
    public long Size => _projection.Kernel;

    /// <param name="images">[batch, 3, height, width].</param>
    /// <returns>[batch, patches, width], row by row.</returns>
    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _projection.call(images).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
