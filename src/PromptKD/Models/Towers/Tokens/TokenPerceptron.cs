using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// The perceptron of a layer, of the kind that the file has: two layers with a nonlinearity; or a gated one, SiLU(a) ·
/// b,
/// whose a and b come from one layer (DINOv2's giant: the first one gives twice what the second one takes) or from two
/// (EVA-02), with a normalisation behind it where the file has one.
/// </summary>
internal sealed class TokenPerceptron : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")]
    private readonly LinearLayer? _first;

    [ComponentName(Name = "fc1_g")]
    private readonly LinearLayer? _gate;

    [ComponentName(Name = "fc1_x")]
    private readonly LinearLayer? _gated;

    [ComponentName(Name = "norm")]
    private readonly NormLayer? _norm;

    [ComponentName(Name = "fc2")]
    private readonly LinearLayer _last;

    private readonly ClipActivation _activation;
    private readonly bool _isPacked;

    public TokenPerceptron(TowerParts parts)
        : base(nameof(TokenPerceptron))
    {
        _activation = parts.Description.Activation;
        _last = new LinearLayer(parts.Below("fc2"));
        if (parts.Has("fc1_g.weight"))
        {
            _gate = new LinearLayer(parts.Below("fc1_g"));
            _gated = new LinearLayer(parts.Below("fc1_x"));
        }
        else
        {
            _first = new LinearLayer(parts.Below("fc1"));
            _isPacked = parts.Shape("fc1.weight", 2)[0] == 2 * parts.Shape("fc2.weight", 2)[1];
        }

        _norm = parts.Has("norm.weight") ? new NormLayer(parts.Below("norm")) : null;
        RegisterComponents();
    }

    /// <param name="x">[batch, tokens, width].</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden;
        if (_first is null)
        {
            hidden = functional.silu(_gate!.call(x)).mul(_gated!.call(x));
        }
        else
        {
            hidden = _first.call(x);
            hidden = _isPacked ? Gate(hidden.chunk(2, dim: -1)) : hidden.Activated(_activation);
        }

        return _last.call(_norm?.call(hidden) ?? hidden).MoveToOuterDisposeScope();
    }

    private static Tensor Gate(Tensor[] halves) => functional.silu(halves[0]).mul(halves[1]);
}
