using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>CLIP's vision transformer, with optional learned tokens.</summary>
internal sealed class VisionTransformer : ImageEncoder
{
    [ComponentName(Name = "class_embedding")]
    private readonly Parameter _classToken;

    [ComponentName(Name = "positional_embedding")]
    private readonly Parameter _positions;

    [ComponentName(Name = "proj")]
    private readonly Parameter _projection;

    [ComponentName(Name = "conv1")]
    private readonly PatchEmbedding _patches;

    [ComponentName(Name = "ln_pre")]
    private readonly LayerNorm _inputNorm;

    [ComponentName(Name = "transformer")]
    private readonly Transformer _transformer;

    [ComponentName(Name = "ln_post")]
    private readonly LayerNorm _outputNorm;

    /// <summary>
    /// A tower whose values are still unset; <see cref="ModuleWeights"/> or an initialisation fills it.
    /// </summary>
    public VisionTransformer(ClipArchitecture architecture, ScalarType type, Device device)
        : base(nameof(VisionTransformer), architecture)
    {
        int width = architecture.VisionWidth;
        _classToken = Parameter(empty(width, type, device));
        _positions = Parameter(empty(architecture.Patches + 1, width, type, device));
        _projection = Parameter(empty(width, architecture.EmbeddingSize, type, device));
        _patches = new PatchEmbedding(architecture.PatchSize, width, type, device);
        _inputNorm = LayerNorm(width, device: device, dtype: type);
        _transformer = new Transformer(
            width, architecture.VisionLayers, architecture.VisionHeads, architecture.Activation, type, device);
        _outputNorm = LayerNorm(width, device: device, dtype: type);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement => (_projection.dtype, _projection.device);

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor token = _transformer.ForwardToken(Embed(images, prompts), Pass(prompts));
        Tensor features = _outputNorm.forward(token).matmul(_projection);
        return features.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>Gives the input of layer 0 as −1, then the output of each layer, [batch, tokens, width].</remarks>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Embed(images, prompts);
        observe(-1, x);
        _transformer.forward(x, Pass(prompts) with { Observe = observe });
    }

    private Transformer.Input Pass(LayerPrompts? prompts) => new(prompts, PromptStart: 1 + Architecture.Patches);

    // [batch, 3, size, size] → [batch, 1 + patches + prompts, width]. Prompts come after the positional embedding
    // was added, and before the normalisation.
    private Tensor Embed(Tensor images, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = images.to(_projection.dtype, _projection.device);
        Tensor patches = _patches.forward(pixels); // [batch, patches, width]
        Tensor classTokens = _classToken.expand(images.shape[0], 1, -1);
        Tensor x = cat([classTokens, patches], dim: 1).Plus(_positions);
        x = prompts is null ? x : cat([x, prompts.Expand(0, x.shape[0], x.dtype)], dim: 1);
        return _inputNorm.forward(x).MoveToOuterDisposeScope();
    }
}
