using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// One pre-norm transformer layer under timm's names: attention, then a perceptron, each added to its input, each
/// scaled
/// channel by channel where the file has scales.
/// </summary>
internal sealed class TokenBlock : Module<Tensor, TokenPlaces, Tensor>
{
    [ComponentName(Name = "norm1")]
    private readonly NormLayer _attentionNorm;

    [ComponentName(Name = "attn")]
    private readonly TokenAttention _attention;

    [ComponentName(Name = "ls1")]
    private readonly ChannelScale? _attentionScale;

    [ComponentName(Name = "norm2")]
    private readonly NormLayer _perceptronNorm;

    [ComponentName(Name = "mlp")]
    private readonly TokenPerceptron _perceptron;

    [ComponentName(Name = "ls2")]
    private readonly ChannelScale? _perceptronScale;

    public TokenBlock(TowerParts parts, long heads)
        : base(nameof(TokenBlock))
    {
        _attentionNorm = new NormLayer(parts.Below("norm1"));
        _attention = new TokenAttention(parts.Below("attn"), heads);
        _attentionScale = parts.Has("ls1.gamma") ? new ChannelScale(parts.Below("ls1"), 1) : null;
        _perceptronNorm = new NormLayer(parts.Below("norm2"));
        _perceptron = new TokenPerceptron(parts.Below("mlp"));
        _perceptronScale = parts.Has("ls2.gamma") ? new ChannelScale(parts.Below("ls2"), 1) : null;
        RegisterComponents();
    }

    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="places">Where the patches stand.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, TokenPlaces places)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = _attention.call(_attentionNorm.call(x), places);
        x = x.Plus(_attentionScale?.call(attended) ?? attended);
        Tensor thought = _perceptron.call(_perceptronNorm.call(x));
        return x.Plus(_perceptronScale?.call(thought) ?? thought).MoveToOuterDisposeScope();
    }
}
