using PromptKD.Models.Clip;
using TorchSharp.Modules;

namespace PromptKD.Models.Prompts;

/// <summary>Learned tokens of both towers, independent of each other.</summary>
/// <remarks>"Independent vision-language prompting", the baseline of MaPLe (arXiv 2210.03117, section 3) and the
/// prompts of PromptSRC (arXiv 2307.06948).</remarks>
/// <param name="text">Of the text tower, at least one layer; taken over.</param>
/// <param name="vision">Of the image tower, perhaps of no layer; taken over.</param>
internal sealed class TowerPrompts(LearnedPrompts text, LearnedPrompts vision) : IDisposable
{
    private const string ContextName = "prompt_learner.ctx";
    private const string VisionPrefix = "image_encoder.";
    private const string TextPrefix = "text_encoder.";

    /// <summary>The text tower's prompts. They follow every update of the parameters.</summary>
    public LayerPrompts Text => text.Layers;

    /// <summary>The image tower's prompts, or null.</summary>
    public LayerPrompts? Vision => vision.Layers.Tokens.Count == 0 ? null : vision.Layers;

    /// <summary>Each parameter under its name in the reference's checkpoints, in the reference's order.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Named =>
    [
        new(ContextName, text.Named.First().Value),
        .. vision.Named.Select(named => KeyValuePair.Create(VisionPrefix + named.Key, named.Value)),
        .. text.Named.Skip(1).Select(named => KeyValuePair.Create(TextPrefix + named.Key, named.Value)),
    ];

    /// <summary>
    /// Sorts values, one for each of <see cref="Named"/> and in its order, by the module that has them.
    /// </summary>
    public static PromptTensors Sort(IReadOnlyList<KeyValuePair<string, Tensor>> values) =>
        new(values[0].Value, Below(VisionPrefix, values), Below(TextPrefix, values));

    /// <inheritdoc/>
    public void Dispose()
    {
        text.Dispose();
        vision.Dispose();
    }

    private static IReadOnlyList<KeyValuePair<string, Tensor>> Below(
        string prefix, IEnumerable<KeyValuePair<string, Tensor>> values) =>
    [
        .. values.Where(named => named.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(named => KeyValuePair.Create(named.Key[prefix.Length..], named.Value)),
    ];
}
