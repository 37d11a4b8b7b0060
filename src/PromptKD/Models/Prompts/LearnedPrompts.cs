using PromptKD.Models.Clip;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>
/// The parameters behind one tower's <see cref="LayerPrompts"/>: float32, whatever the tower computes in.
/// </summary>
internal sealed class LearnedPrompts : Module
{
    /// <summary>CLIP's own embeddings start with this deviation, and so do learned tokens.</summary>
    private const double InitialDeviation = 0.02;

    private const string InputName = "VPT";
    private const string DeepName = "VPT_shallow";

    private readonly Parameter[] _tokens;

    /// <param name="length">Learned tokens a layer.</param>
    /// <param name="depth">Layers that get some, counted from the input; at most the tower's layers.</param>
    /// <param name="width">Width of the tower's tokens.</param>
    /// <param name="device">Where they are to live.</param>
    /// <param name="roundToHalf">As <see cref="LayerPrompts.RoundToHalf"/>.</param>
    /// <param name="input">Initial tokens of layer 0, [length, width], copied; null to draw them as the others.</param>
    public LearnedPrompts(
        int length, int depth, int width, Device device, bool roundToHalf, Tensor? input = null)
        : base(nameof(LearnedPrompts))
    {
        _tokens = new Parameter[depth];
        for (int layer = 0; layer < depth; layer++)
        {
            _tokens[layer] = layer == 0 && input is not null
                ? Parameter(input.detach().clone())
                : Draw(length, width, device);
            register_parameter(NameOf(layer).Replace('.', '/'), _tokens[layer]);
        }

        Layers = new LayerPrompts(_tokens, roundToHalf);
    }

    /// <summary>The prompts as the tower takes them. They follow every update of the parameters.</summary>
    public LayerPrompts Layers { get; }

    /// <summary>Each parameter under its name in the reference's checkpoints, without the tower's prefix.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Named =>
        _tokens.Select((tokens, layer) => KeyValuePair.Create(NameOf(layer), tokens));

    /// <summary>Draws the initial values of learned tokens from torch's generator, on the CPU.</summary>
    /// <returns>float32, [length, width].</returns>
    public static Parameter Draw(long length, long width, Device device)
    {
        using Tensor noise = randn(length, width);
        using Tensor drawn = noise.Times(InitialDeviation);
        return Parameter(drawn.to(device, copy: true));
    }

    /// <summary>
    /// A tower's parameters with its prompts among them, in the reference's order: those of the input first, each
    /// deeper one before the parameters of its layer.
    /// </summary>
    /// <param name="tower">The tower's state, in its own order.</param>
    /// <param name="prompts">Under the names of <see cref="NameOf"/>.</param>
    public static IEnumerable<KeyValuePair<string, Tensor>> Among(
        IEnumerable<KeyValuePair<string, Tensor>> tower, IEnumerable<KeyValuePair<string, Tensor>> prompts)
    {
        var waiting = prompts.ToDictionary();
        if (waiting.Remove(NameOf(0), out Tensor? input))
        {
            yield return new(NameOf(0), input);
        }

        foreach (KeyValuePair<string, Tensor> named in tower)
        {
            string next = waiting.Keys.FirstOrDefault(
                name => named.Key.StartsWith(name[..^DeepName.Length], StringComparison.Ordinal), "");
            if (waiting.Remove(next, out Tensor? deep))
            {
                yield return new(next, deep);
            }

            yield return named;
        }
    }

    /// <summary>What the reference calls the prompts of a layer.</summary>
    public static string NameOf(int layer) =>
        layer == 0 ? InputName : $"transformer.resblocks.{layer}.{DeepName}";

    /// <summary>Whether <see cref="NameOf"/> gives this name to the prompts of some layer.</summary>
    public static bool IsName(string name) =>
        name == InputName || name.EndsWith("." + DeepName, StringComparison.Ordinal);
}
