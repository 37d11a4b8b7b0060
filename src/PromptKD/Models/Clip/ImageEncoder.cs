using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// CLIP's image tower: a vision transformer or a ResNet. Its values are unset until <see cref="ModuleWeights"/> or an
/// initialisation fills them.
/// </summary>
/// <param name="name">Name of the module.</param>
/// <param name="architecture">The sizes of this tower.</param>
internal abstract class ImageEncoder(string name, ClipArchitecture architecture)
    : Module<Tensor, LayerPrompts?, Tensor>(name)
{
    /// <summary>The sizes of this tower.</summary>
    public ClipArchitecture Architecture { get; } = architecture;

    /// <summary>The element type and device that this tower computes in and on.</summary>
    public abstract (ScalarType Type, Device Device) Placement { get; }

    /// <summary>What a student's package keeps of this tower, by name: all that it is made of.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> KeptState => state_dict();

    /// <summary>The tower that an architecture asks for.</summary>
    public static ImageEncoder Create(ClipArchitecture architecture, ScalarType type, Device device) =>
        architecture.Tower is not null ? TowerFamilies.Create(architecture, type, device)
        : architecture.Stages is null ? new VisionTransformer(architecture, type, device)
        : new ResNet(architecture, architecture.Stages, type, device);

    /// <param name="images">Normalised pixels, [batch, 3, size, size], any floating type, on any device.</param>
    /// <param name="prompts">Learned tokens appended after the patches, or null. A ResNet takes none.</param>
    /// <returns>Image features, float32, not normalised, [batch, embedding].</returns>
    /// <exception cref="PromptKDException">There are prompts, and this is a ResNet.</exception>
    public abstract override Tensor forward(Tensor images, LayerPrompts? prompts);

    /// <summary>
    /// Lets batch normalisation learn: training mode then normalises by the batch and moves the running statistics.
    /// Without it, they stay as the file has them. CLIP's own ResNets keep theirs always.
    /// </summary>
    public void MoveStatistics()
    {
        foreach (BatchNormLayer layer in modules().OfType<BatchNormLayer>())
        {
            layer.MovesStatistics = true;
        }
    }

    /// <summary>Refuses learned tokens where there are none to put them among.</summary>
    /// <exception cref="PromptKDException">There are some.</exception>
    protected void RefusePrompts(LayerPrompts? prompts)
    {
        if (prompts is not null)
        {
            Architecture.RequireTransformer("The student");
        }
    }

    /// <summary>What each layer gives, uncut, for inspection.</summary>
    /// <param name="images">[batch, 3, size, size].</param>
    /// <param name="prompts">Learned tokens, or null.</param>
    /// <param name="observe">Called with the index of each layer, from 0, and its output.</param>
    public abstract void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe);
}
