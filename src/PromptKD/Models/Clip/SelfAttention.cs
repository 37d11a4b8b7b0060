using PromptKD.Models.Clip.Packed;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// Multi-head self-attention with packed query, key and value weights, as <c>nn.MultiheadAttention</c>.
/// </summary>
internal sealed class SelfAttention : Module<Tensor, CausalMask?, Tensor>
{
    [ComponentName(Name = "in_proj_weight")]
    private readonly Parameter _inputWeight;

    [ComponentName(Name = "in_proj_bias")]
    private readonly Parameter _inputBias;

    [ComponentName(Name = "out_proj")]
    private readonly DenseLayer _output;

    private readonly long _width;
    private readonly long _heads;

    public SelfAttention(long width, long heads, ScalarType type, Device device)
        : base(nameof(SelfAttention))
    {
        _width = width;
        _heads = heads;
        _inputWeight = Parameter(empty(3 * width, width, type, device));
        _inputBias = Parameter(empty(3 * width, type, device));
        _output = new DenseLayer(width, width, type, device);
        RegisterComponents();
    }

    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="mask">Lets every token see itself and those before it; null lets it see all.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, CausalMask? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor packed = functional.linear(x, _inputWeight, _inputBias); // [batch, tokens, 3 · width]
        Tensor[] parts = [.. packed.chunk(3, dim: -1).Select(Split)];
        Tensor mixed = mask is null
            ? Attend(parts[0], parts[1], parts[2], mask: null)
            : AttendCausally(parts[0], parts[1], parts[2], mask);
        return _output.forward(mixed).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Attention of a few query tokens to the whole sequence: exact, and nearly free where only one token of the
    /// last layer is read.
    /// </summary>
    /// <param name="queries">[batch, queries, width].</param>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="mask">Added to the scores, [batch, 1, queries, tokens], or null.</param>
    /// <returns>[batch, queries, width].</returns>
    public Tensor ForwardQueries(Tensor queries, Tensor x, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor query = functional.linear(queries, _inputWeight.narrow(0, 0, _width), _inputBias.narrow(0, 0, _width));
        Tensor packed = functional.linear(
            x, _inputWeight.narrow(0, _width, 2 * _width), _inputBias.narrow(0, _width, 2 * _width));
        Tensor[] parts = packed.chunk(2, dim: -1);
        return _output.forward(Attend(Split(query), Split(parts[0]), Split(parts[1]), mask)).MoveToOuterDisposeScope();
    }

    /// <summary>Causal attention of texts that share their beginning.</summary>
    /// <param name="x">The texts as <paramref name="layout"/> says, [1, rows, width].</param>
    /// <param name="layout">Where each text is.</param>
    /// <param name="mask">That of the tower.</param>
    /// <returns>[1, rows, width].</returns>
    public Tensor ForwardPacked(Tensor x, PackedLayout layout, CausalMask mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = functional.linear(x, _inputWeight, _inputBias).split(layout.RowsOfParts, dim: 1);
        Tensor[] shared = SplitAll(parts[0], texts: 1, count: 3);
        List<Tensor> mixed = [AttendCausally(shared[0], shared[1], shared[2], mask)];
        foreach ((PackedLayout.Group group, Tensor part) in layout.Groups.Zip(parts.Skip(1)))
        {
            Tensor[] own = SplitAll(part, group.Texts, count: 3);
            Tensor? hidden = group.Tokens == 1 ? null : mask.Behind(layout.Shared, group.Tokens);
            Tensor seen = Attend(own[0], Behind(shared[1], own[1]), Behind(shared[2], own[2]), hidden);
            mixed.Add(seen.view(1, -1, _width));
        }

        return _output.forward(cat(mixed, dim: 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The same for the last token of each text only.</summary>
    /// <param name="queries">The last tokens, in the order of the layout, [1, texts, width].</param>
    /// <param name="x">[1, rows, width].</param>
    /// <param name="layout">Where each text is.</param>
    /// <returns>[1, texts, width].</returns>
    public Tensor ForwardPackedQueries(Tensor queries, Tensor x, PackedLayout layout)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor query = functional.linear(queries, _inputWeight.narrow(0, 0, _width), _inputBias.narrow(0, 0, _width));
        Tensor[] asked = query.split(layout.TextsOfParts, dim: 1);
        Tensor[] parts = functional.linear(
            x, _inputWeight.narrow(0, _width, 2 * _width), _inputBias.narrow(0, _width, 2 * _width))
            .split(layout.RowsOfParts, dim: 1);
        Tensor[] shared = SplitAll(parts[0], texts: 1, count: 2);
        IEnumerable<Tensor> mixed = layout.Groups.Select((group, index) =>
        {
            Tensor[] own = SplitAll(parts[1 + index], group.Texts, count: 2);
            Tensor asking = Split(asked[index].view(group.Texts, 1, _width));
            return Attend(asking, Behind(shared[0], own[0]), Behind(shared[1], own[1]), mask: null).view(1, -1, _width);
        });
        return _output.forward(cat([.. mixed], dim: 1)).MoveToOuterDisposeScope();
    }

    // [1, heads, shared, width / heads] and [texts, heads, tokens, width / heads] → [texts, heads, shared + tokens, …]
    private static Tensor Behind(Tensor shared, Tensor own) =>
        cat([shared.expand(own.shape[0], -1, -1, -1), own], dim: 2);

    // [1, rows, count · width] → count times [texts, heads, rows / texts, width / heads]
    private Tensor[] SplitAll(Tensor packed, int texts, int count) =>
        [.. packed.view(texts, -1, count * _width).chunk(count, dim: -1).Select(Split)];

    // [batch, tokens, width] → [batch, heads, tokens, width / heads]
    private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, _width / _heads).transpose(1, 2);

    // All [batch, heads, tokens, width / heads]; gives [batch, queries, width], before the output layer. Without a
    // mask, libtorch may take its flash kernel on a GPU: so whole texts say that they are causal, and give none.
    private Tensor AttendCausally(Tensor query, Tensor key, Tensor value, CausalMask mask) => Join(IsWrittenOut(query)
        ? AttendWrittenOut(query, key, value, mask.Behind(0, query.shape[2]))
        : functional.scaled_dot_product_attention(query, key, value, is_casual: true));

    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask) => Join(IsWrittenOut(query)
        ? AttendWrittenOut(query, key, value, mask)
        : functional.scaled_dot_product_attention(query, key, value, mask));

    // [batch, heads, queries, width / heads] → [batch, queries, width]
    private Tensor Join(Tensor mixed) => mixed.transpose(1, 2).reshape(mixed.shape[0], mixed.shape[2], _width);

    // On processors, fused attention wins in float32; written out, it wins in bfloat16 (docs/performance.md).
    private static bool IsWrittenOut(Tensor query) =>
        query.dtype == ScalarType.BFloat16 && query.device_type == DeviceType.CPU;

    private Tensor AttendWrittenOut(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        double scale = 1 / Math.Sqrt((double)_width / _heads);
        Tensor scores = query.Times(scale).matmul(key.transpose(-2, -1)); // [batch, heads, queries, tokens]
        return functional.softmax(mask is null ? scores : scores.Plus(mask), dim: -1).matmul(value);
    }
}
