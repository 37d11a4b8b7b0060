using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>One block of FastViT: places are mixed by <see cref="RepMixer"/> or by attention, then a perceptron is
/// added.</summary>
internal sealed class FastVitBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm")]
    private readonly BatchNormLayer? _attentionNorm;

    [ComponentName(Name = "token_mixer")]
    private readonly Module<Tensor, Tensor> _mixer;

    [ComponentName(Name = "layer_scale_1")]
    private readonly ChannelScale? _attentionScale;

    [ComponentName(Name = "mlp")]
    private readonly ConvolutionPerceptron _perceptron;

    [ComponentName(Name = "layer_scale_2")]
    private readonly ChannelScale? _secondScale;

    [ComponentName(Name = "layer_scale")]
    private readonly ChannelScale? _onlyScale;

    public FastVitBlock(TowerParts parts)
        : base(nameof(FastVitBlock))
    {
        if (parts.Has("token_mixer.qkv.weight"))
        {
            _attentionNorm = new BatchNormLayer(parts.Below("norm"));
            _mixer = new MapAttention(parts.Below("token_mixer"));
            _attentionScale = new ChannelScale(parts.Below("layer_scale_1"), 3);
            _secondScale = new ChannelScale(parts.Below("layer_scale_2"), 3);
        }
        else
        {
            _mixer = new RepMixer(parts.Below("token_mixer"));
            _onlyScale = new ChannelScale(parts.Below("layer_scale"), 3);
        }

        _perceptron = new ConvolutionPerceptron(parts.Below("mlp"));
        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        x = _attentionNorm is null
            ? _mixer.call(x)
            : x.Plus(_attentionScale!.call(_mixer.call(_attentionNorm.call(x))));
        return x.Plus((_secondScale ?? _onlyScale)!.call(_perceptron.call(x))).MoveToOuterDisposeScope();
    }
}
