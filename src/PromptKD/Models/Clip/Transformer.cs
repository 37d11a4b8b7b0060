using PromptKD.Models.Clip.Packed;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>A stack of <see cref="ResidualAttentionBlock"/>s into which prompts may be placed.</summary>
internal sealed class Transformer : Module<Tensor, Transformer.Input, Tensor>
{
    [ComponentName(Name = "resblocks")]
    private readonly ModuleList<ResidualAttentionBlock> _blocks;

    public Transformer(long width, int layers, long heads, ClipActivation activation, ScalarType type, Device device)
        : base(nameof(Transformer))
    {
        _blocks = ModuleList(
            [.. Enumerable.Range(0, layers).Select(_ =>
                new ResidualAttentionBlock(width, heads, activation, type, device))]);
        RegisterComponents();
    }

    /// <summary>All tokens of all layers.</summary>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="input">Prompts and mask.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, Input input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Run(x, input, _blocks.Count).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One token of the last layer's output. Exact: the last layer computes its query and perceptron for that token
    /// only.
    /// </summary>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="input">Prompts and mask.</param>
    /// <param name="token">Index of the token to read in each sequence, int64 [batch]; null reads token 0.</param>
    /// <returns>[batch, width].</returns>
    public Tensor ForwardToken(Tensor x, Input input, Tensor? token = null)
    {
        using DisposeScope scope = NewDisposeScope();
        int last = _blocks.Count - 1;
        x = Run(x, input, last);
        x = input.Prompts?.Apply(x, last, input.PromptStart) ?? x;
        Tensor query = token is null
            ? x.narrow(1, 0, 1)
            : x.gather(1, token.view(-1, 1, 1).expand(-1, 1, x.shape[2])); // [batch, 1, width]
        Tensor? mask = token is null ? null : input.Mask?.Of(token, x.shape[1]);
        return _blocks[last].ForwardQueries(query, x, mask).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The last token of each of some texts that share their beginning. Exact, as <see cref="ForwardToken"/>.
    /// </summary>
    /// <param name="x">[1, rows, width].</param>
    /// <param name="input">Prompts, all of them in the common beginning, and the mask.</param>
    /// <param name="layout">Where each text is.</param>
    /// <returns>In the order of the layout, [texts, width].</returns>
    public Tensor ForwardPacked(Tensor x, Input input, PackedLayout layout)
    {
        using DisposeScope scope = NewDisposeScope();
        int last = _blocks.Count - 1;
        x = Run(x, input with { Packing = layout }, last);
        x = input.Prompts?.Apply(x, last, input.PromptStart) ?? x;
        return _blocks[last].ForwardPackedLast(x, layout).squeeze(0).MoveToOuterDisposeScope();
    }

    private Tensor Run(Tensor x, Input input, int layers)
    {
        for (int layer = 0; layer < layers; layer++)
        {
            // Without gradients, each layer's input can go as soon as its output is there.
            using DisposeScope scope = NewDisposeScope();
            x = input.Prompts?.Apply(x, layer, input.PromptStart) ?? x;
            x = input is { Packing: { } layout, Mask: { } mask }
                ? _blocks[layer].ForwardPacked(x, layout, mask)
                : _blocks[layer].forward(x, input.Mask);
            input.Observe?.Invoke(layer, x);
            x = x.MoveToOuterDisposeScope();
        }

        return x;
    }

    /// <summary>What a pass needs beside the tokens.</summary>
    /// <param name="Prompts">Learned tokens of layer 1 and above; those of layer 0 are already in the sequence.</param>
    /// <param name="PromptStart">Index of the first learned token: 1 for text, 1 + patches for images.</param>
    /// <param name="Mask">Lets every token see itself and those before it; null lets it see all.</param>
    /// <param name="Observe">Called with each layer's index and output, for inspection; null for none.</param>
    internal sealed record Input(
        LayerPrompts? Prompts = null,
        long PromptStart = 0,
        CausalMask? Mask = null,
        Action<int, Tensor>? Observe = null)
    {
        /// <summary>How texts lie in the rows of one matrix; null for one sequence a row.</summary>
        public PackedLayout? Packing { get; init; }
    }
}
