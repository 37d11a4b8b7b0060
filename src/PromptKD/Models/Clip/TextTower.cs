using PromptKD.Models.Towers.Graphs;
using PromptKD.Models.Towers.Texts;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// A text tower: CLIP's, or that of another family. Its values are unset until <see cref="ModuleWeights"/> fills them.
/// </summary>
/// <param name="name">Name of the module.</param>
/// <param name="architecture">The sizes of this tower.</param>
internal abstract class TextTower(string name, ClipArchitecture architecture)
    : Module<Tensor, LayerPrompts?, Tensor>(name)
{
    /// <summary>The sizes of this tower.</summary>
    public ClipArchitecture Architecture { get; } = architecture;

    /// <summary>Where it computes.</summary>
    public abstract Device Device { get; }

    /// <summary>What stands before its names in a checkpoint.</summary>
    public abstract string Prefix { get; }

    /// <summary>The tower that an architecture asks for.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    public static TextTower Create(ClipArchitecture architecture, ScalarType type, Device device) =>
        architecture.TextGraph is not null ? new GraphText(architecture, device)
        : architecture.Text is null ? new TextEncoder(architecture, type, device)
        : new UnmaskedText(architecture, type, device);

    /// <param name="tokens">Token ids, int64, padded as the tower's tokenizer does, [texts, context].</param>
    /// <param name="prompts">Learned tokens; or null. Towers of other families take none.</param>
    /// <returns>Text features, float32, not normalised, [texts, embedding].</returns>
    public abstract override Tensor forward(Tensor tokens, LayerPrompts? prompts);
}
