using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// A learned query attends to all patches, and a perceptron is added to what it saw: SigLIP's way from tokens to one
/// feature.
/// </summary>
internal sealed class AttentionPooling : Module<Tensor, Tensor>
{
    [ComponentName(Name = "latent")]
    private readonly Parameter _latent;

    [ComponentName(Name = "q")]
    private readonly LinearLayer _query;

    [ComponentName(Name = "kv")]
    private readonly LinearLayer _keyAndValue;

    [ComponentName(Name = "proj")]
    private readonly LinearLayer _output;

    [ComponentName(Name = "norm")]
    private readonly NormLayer _norm;

    [ComponentName(Name = "mlp")]
    private readonly TokenPerceptron _perceptron;

    private readonly long _heads;

    public AttentionPooling(TowerParts parts, long heads)
        : base(nameof(AttentionPooling))
    {
        _heads = heads;
        _latent = parts.Unset("latent", 3);
        _query = new LinearLayer(parts.Below("q"));
        _keyAndValue = new LinearLayer(parts.Below("kv"));
        _output = new LinearLayer(parts.Below("proj"));
        _norm = new NormLayer(parts.Below("norm"));
        _perceptron = new TokenPerceptron(parts.Below("mlp"));
        RegisterComponents();
    }

    /// <param name="x">The patches, [batch, patches, width].</param>
    /// <returns>[batch, width].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor query = Split(_query.call(_latent)).expand(x.shape[0], -1, -1, -1);
        Tensor[] seen = [.. _keyAndValue.call(x).chunk(2, dim: -1).Select(Split)];
        Tensor mixed = functional.scaled_dot_product_attention(query, seen[0], seen[1]).transpose(1, 2).flatten(2);
        Tensor pooled = _output.call(mixed);
        return pooled.Plus(_perceptron.call(_norm.call(pooled))).select(1, 0).MoveToOuterDisposeScope();
    }

    // [batch, tokens, width] → [batch, heads, tokens, width / heads]
    private Tensor Split(Tensor x) => x.reshape(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}
