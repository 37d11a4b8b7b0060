using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// Turns a feature map into one vector by attention: the mean over all places asks, the mean and all places answer.
/// CLIP's own code lets every place ask and then reads the mean's row only; the others are not computed here (exact).
/// </summary>
/// <remarks>CLIP paper (arXiv 2103.00020), section 2.4.</remarks>
internal sealed class AttentionPool : Module<Tensor, Tensor>
{
    [ComponentName(Name = "positional_embedding")]
    private readonly Parameter _positions;

    [ComponentName(Name = "q_proj")]
    private readonly DenseLayer _query;

    [ComponentName(Name = "k_proj")]
    private readonly DenseLayer _key;

    [ComponentName(Name = "v_proj")]
    private readonly DenseLayer _value;

    [ComponentName(Name = "c_proj")]
    private readonly DenseLayer _output;

    private readonly int _heads;

    public AttentionPool(ClipArchitecture architecture, ScalarType type, Device device)
        : base(nameof(AttentionPool))
    {
        int width = architecture.VisionWidth;
        _heads = architecture.VisionHeads;
        _positions = Parameter(empty(architecture.Patches + 1, width, type, device));
        _query = new DenseLayer(width, width, type, device);
        _key = new DenseLayer(width, width, type, device);
        _value = new DenseLayer(width, width, type, device);
        _output = new DenseLayer(width, architecture.EmbeddingSize, type, device);
        RegisterComponents();
    }

    /// <summary>The element type and device that this layer computes in and on.</summary>
    public (ScalarType Type, Device Device) Placement => (_positions.dtype, _positions.device);

    /// <param name="x">A feature map, [batch, width, rows, columns].</param>
    /// <returns>[batch, embedding].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor places = x.flatten(2).transpose(1, 2); // [batch, places, width]
        Tensor tokens = cat([places.mean([1], keepdim: true), places], dim: 1)
            .Plus(_positions); // [batch, 1 + places, width]
        Tensor query = Split(_query.forward(tokens.narrow(1, 0, 1)));
        Tensor mixed = functional.scaled_dot_product_attention(
            query, Split(_key.forward(tokens)), Split(_value.forward(tokens))); // [batch, heads, 1, width / heads]
        return _output.forward(mixed.flatten(1)).MoveToOuterDisposeScope();
    }

    // [batch, tokens, width] → [batch, heads, tokens, width / heads]
    private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}
