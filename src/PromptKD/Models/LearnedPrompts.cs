using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models;

/// <summary>The parameters behind one tower's <see cref="LayerPrompts"/>: float32, whatever the tower computes in.</summary>
internal sealed class LearnedPrompts : Module
{
    /// <summary>CLIP's own embeddings start with this deviation, and so do learned tokens.</summary>
    private const double InitialDeviation = 0.02;

    private readonly Parameter[] _tokens;

    /// <param name="length">Learned tokens a layer.</param>
    /// <param name="depth">Layers that get some, counted from the input; at most the tower's layers.</param>
    /// <param name="width">Width of the tower's tokens.</param>
    /// <param name="device">Where they are to live.</param>
    /// <param name="roundToHalf">As <see cref="LayerPrompts.RoundToHalf"/>.</param>
    public LearnedPrompts(int length, int depth, int width, Device device, bool roundToHalf)
        : base(nameof(LearnedPrompts))
    {
        _tokens = new Parameter[depth];
        for (int layer = 0; layer < depth; layer++)
        {
            using Tensor drawn = randn(length, width) * InitialDeviation;
            _tokens[layer] = Parameter(drawn.to(device, copy: true));
            register_parameter(NameOf(layer).Replace('.', '/'), _tokens[layer]);
        }

        Layers = new LayerPrompts(_tokens, roundToHalf);
    }

    /// <summary>The prompts as the tower takes them. They follow every update of the parameters.</summary>
    public LayerPrompts Layers { get; }

    /// <summary>Each parameter under its name in the reference's checkpoints, without the tower's prefix.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Named =>
        _tokens.Select((tokens, layer) => KeyValuePair.Create(NameOf(layer), tokens));

    /// <summary>What the reference calls the prompts of a layer.</summary>
    public static string NameOf(int layer) =>
        layer == 0 ? "VPT" : $"transformer.resblocks.{layer}.VPT_shallow";
}
