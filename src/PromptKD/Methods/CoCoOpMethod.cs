using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Text;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// CoCoOp (Zhou et al., CVPR 2022): a small network makes one vector of each image, which is added to every learned
/// token. So each image has text features of its own, and the text tower runs once for each image.
/// </summary>
/// <remarks>arXiv 2203.05557, section 3.2; CoOp trainers/cocoop.py.</remarks>
internal sealed class CoCoOpMethod : ITrainedMethod
{
    private readonly PromptedClip _clip;
    private readonly Parameter _context;
    private readonly MetaNetwork _network;
    private readonly ConditionedTexts _texts;

    /// <param name="clip">Taken over: disposed with the method.</param>
    /// <param name="context">Initial context, [length, text width]; copied.</param>
    /// <param name="network">Makes what is added to it; taken over.</param>
    public CoCoOpMethod(PromptedClip clip, Tensor context, MetaNetwork network)
    {
        _clip = clip;
        _context = nn.Parameter(context.detach().clone());
        _network = network;
        _texts = new ConditionedTexts(clip.Sentences, _context, network);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [new("ctx", _context), .. NetworkParameters];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => NamedTensors.Of(Trainable);

    /// <inheritdoc/>
    public FrozenModel Model => _clip.Frozen;

    private IEnumerable<KeyValuePair<string, Parameter>> NetworkParameters => _network.named_parameters()
        .Select(named => KeyValuePair.Create("meta_net." + named.name, named.parameter));

    /// <summary>Makes the method, its context drawn or taken from words.</summary>
    public static CoCoOpMethod Build(MethodInputs inputs)
    {
        CoCoOpConfig settings = inputs.Config.Trainer.CoCoOp;
        ContextText context = StartingWords.CountedInWords(
            inputs, "COCOOP", settings.CtxInit, settings.NCtx, new CoCoOpConfig().NCtx);
        using var parts = new Unfinished();
        PromptedClip clip = parts.Add(PromptedClip.Read(inputs, context, NamePosition.End));
        using Tensor initial = clip.DrawContext(context, inputs.Tokenizer.Value);
        ClipArchitecture sizes = inputs.Clip.Architecture;
        var network = new MetaNetwork(sizes.EmbeddingSize, sizes.TextWidth, inputs.Target.Device);
        return parts.HandOver(new CoCoOpMethod(clip, initial, network));
    }

    /// <summary>Nothing here behaves differently while training.</summary>
    public void SetTraining(bool training)
    {
    }

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        NamedTensors.Load(Trainable, tensors, source);

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = _clip.ImageFeatures(batch.Images, prompts: null);
        ChunkedTensor texts = _clip.LearnTexts(
            new LayerPrompts([_context]),
            (int)images.shape[0] * _texts.Count,
            (first, count) => _texts.Features(images, first, count),
            images);
        Tensor logits = _texts.Compare(images, texts.Values, _clip.LogitScale.exp());
        return LabelLoss.Of(logits, batch, texts).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _clip.ImageFeatures(images, prompts: null);
        Tensor texts = ChunkedTensor.WithoutGraph(
            (int)features.shape[0] * _texts.Count,
            PromptedClip.EvaluationChunk,
            (first, count) => _texts.Features(features, first, count));
        return _texts.Compare(features, texts, _clip.LogitScale.exp()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip.Dispose();
        _context.Dispose();
        _network.Dispose();
    }
}
