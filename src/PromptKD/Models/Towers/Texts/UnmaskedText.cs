using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using PromptKD.Models.Towers.Tokens;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Texts;

/// <summary>
/// A text transformer whose tokens all see each other, padding too: SigLIP's, of which the last token is read and
/// projected with a bias; and MobileCLIP's, which reads the end of the text, as CLIP does. Texts have to be padded to
/// the
/// full length: a shorter sequence has other features.
/// </summary>
internal sealed class UnmaskedText : TextTower
{
    /// <summary>Stands before its names in a checkpoint.</summary>
    public const string TextPrefix = "text.";

    /// <summary>SigLIP's family.</summary>
    public const string SiglipFamily = "siglip";

    /// <summary>CLIP's, but for the mask.</summary>
    public const string ClipFamily = "clip";

    [ComponentName(Name = "token_embedding")]
    private readonly TokenEmbedding _vocabulary;

    [ComponentName(Name = "positional_embedding")]
    private readonly Parameter _positions;

    [ComponentName(Name = "blocks")]
    private readonly ModuleList<TokenBlock> _blocks;

    [ComponentName(Name = "norm")]
    private readonly NormLayer _norm;

    [ComponentName(Name = "head")]
    private readonly LinearLayer _head;

    private readonly bool _readsLast;

    /// <param name="architecture">With a description of its text tower, and the shapes of its tensors.</param>
    /// <param name="type">Element type.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="PromptKDException">A tensor is missing or misshapen.</exception>
    public UnmaskedText(ClipArchitecture architecture, ScalarType type, Device device)
        : base(nameof(UnmaskedText), architecture)
    {
        TextDescription description = architecture.Text!;
        TensorShapes shapes = architecture.TextShapes
            ?? throw new InvalidOperationException("The shapes of this tower's tensors have not been read.");
        var tower = new TowerDescription
        {
            Family = description.Family,
            Activation = description.Activation,
            NormEpsilon = description.NormEpsilon,
        };
        var parts = new TowerParts(shapes, tower, type, device);
        long[] vocabulary = parts.Shape("token_embedding.weight", 2);
        _readsLast = description.Family == SiglipFamily;
        _vocabulary = new TokenEmbedding((int)vocabulary[0], (int)vocabulary[1], type, device);
        _positions = parts.Unset("positional_embedding", 2);
        _blocks = ModuleList([.. Enumerable.Range(0, shapes.Count("blocks")).Select(
            layer => new TokenBlock(parts.Below("blocks", layer), architecture.TextHeads))]);
        _norm = new NormLayer(parts.Below("norm"));
        _head = new LinearLayer(parts.Below("head"));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Device Device => _positions.device;

    /// <inheritdoc/>
    public override string Prefix => TextPrefix;

    /// <inheritdoc/>
    public override Tensor forward(Tensor tokens, LayerPrompts? prompts)
    {
        if (prompts is not null)
        {
            throw new PromptKDException(
                $"Learned text tokens are CLIP's; a {Architecture.Text!.Family} text tower without a mask takes none.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tokens.to(ScalarType.Int64, Device);
        Tensor x = _vocabulary.call(ids).Plus(_positions.narrow(0, 0, ids.shape[1]));
        var places = new TokenPlaces(0, ids.shape[1]);
        foreach (TokenBlock block in _blocks)
        {
            using DisposeScope step = NewDisposeScope();
            x = block.call(x, places).MoveToOuterDisposeScope();
        }

        x = _norm.call(x);
        Tensor read = _readsLast
            ? x.select(1, ids.shape[1] - 1)
            : x.gather(1, ids.argmax(1).view(-1, 1, 1).expand(-1, 1, x.shape[2])).squeeze(1);
        return _head.call(read).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
