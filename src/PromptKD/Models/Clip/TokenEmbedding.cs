using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>One learned vector a token id. Like <see cref="DenseLayer"/>, its values are left unset.</summary>
internal sealed class TokenEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    public TokenEmbedding(int vocabulary, int width, ScalarType type, Device device)
        : base(nameof(TokenEmbedding))
    {
        _weight = Parameter(empty(vocabulary, width, type, device));
        RegisterComponents();
    }

    /// <param name="ids">int64, on this layer's device, [texts, tokens].</param>
    /// <returns>[texts, tokens, width].</returns>
    public override Tensor forward(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = _weight.index_select(0, ids.flatten());
        return rows.view(ids.shape[0], ids.shape[1], -1).MoveToOuterDisposeScope();
    }
}
