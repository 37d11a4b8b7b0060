using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models;

/// <summary>Multi-head self-attention with packed query, key and value weights, as <c>nn.MultiheadAttention</c>.</summary>
internal sealed class SelfAttention : Module<Tensor, Tensor?, Tensor>
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
    /// <param name="mask">Added to the scores before softmax, [tokens, tokens]; null lets every token see all.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor packed = functional.linear(x, _inputWeight, _inputBias); // [batch, tokens, 3 · width]
        Tensor[] parts = packed.chunk(3, dim: -1);
        return Attend(Split(parts[0]), Split(parts[1]), Split(parts[2]), mask).MoveToOuterDisposeScope();
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
        return Attend(Split(query), Split(parts[0]), Split(parts[1]), mask).MoveToOuterDisposeScope();
    }

    // [batch, tokens, width] → [batch, heads, tokens, width / heads]
    private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, _width / _heads).transpose(1, 2);

    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        // On processors, fused attention wins in float32; written out, it wins in bfloat16 (docs/performance.md).
        bool writtenOut = query.dtype == ScalarType.BFloat16 && query.device_type == DeviceType.CPU;
        Tensor mixed = writtenOut
            ? AttendWrittenOut(query, key, value, mask)
            : functional.scaled_dot_product_attention(query, key, value, mask);
        Tensor joined = mixed.transpose(1, 2).reshape(query.shape[0], query.shape[2], _width);
        return _output.forward(joined);
    }

    private Tensor AttendWrittenOut(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        double scale = 1 / Math.Sqrt((double)_width / _heads);
        Tensor scores = (query * scale).matmul(key.transpose(-2, -1)); // [batch, heads, queries, tokens]
        return functional.softmax(mask is null ? scores : scores + mask, dim: -1).matmul(value);
    }
}
