using PromptKD.Models.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>
/// A tower of convolutions: a stem, stages one after another, and what makes features of the last map.
/// </summary>
/// <param name="name">Name of the module.</param>
/// <param name="architecture">The sizes of this tower.</param>
internal abstract class StagedTower(string name, ClipArchitecture architecture) : ImageEncoder(name, architecture)
{
    /// <inheritdoc/>
    public sealed override (ScalarType Type, Device Device) Placement
    {
        get
        {
            Parameter weight = Stages.First().parameters().First(one => one.dim() > 1);
            return (weight.dtype, weight.device);
        }
    }

    /// <summary>The stages, in order.</summary>
    protected abstract IEnumerable<Module<Tensor, Tensor>> Stages { get; }

    /// <inheritdoc/>
    public sealed override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        return End(Run(images, observe: null)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        Run(images, observe);
    }

    /// <param name="pixels">[batch, 3, height, width], in the tower's own type.</param>
    /// <returns>What the first stage takes.</returns>
    protected abstract Tensor Begin(Tensor pixels);

    /// <param name="map">What the last stage gave, [batch, channels, height, width].</param>
    /// <returns>Features, [batch, embedding].</returns>
    protected abstract Tensor End(Tensor map);

    private Tensor Run(Tensor images, Action<int, Tensor>? observe)
    {
        using DisposeScope scope = NewDisposeScope();
        (ScalarType type, Device device) = Placement;
        Tensor x = Begin(images.to(type, device));
        foreach ((int index, Module<Tensor, Tensor> stage) in Stages.Index())
        {
            using DisposeScope step = NewDisposeScope();
            x = stage.call(x);
            observe?.Invoke(index, x);
            x = x.MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
    }
}
