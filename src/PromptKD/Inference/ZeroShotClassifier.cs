using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Evaluation;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using PromptKD.Text.Names;

namespace PromptKD.Inference;

/// <summary>A CLIP as it is, classifying by the texts of the class names: what distillation starts from.</summary>
public sealed class ZeroShotClassifier : IDisposable
{
    private const int BatchSize = 32;

    private readonly ZeroShotMethod _method;
    private readonly IReadOnlyList<string> _classNames;
    private readonly Preprocessing _preprocessing;

    private ZeroShotClassifier(
        ZeroShotMethod method, IReadOnlyList<string> classNames, Preprocessing preprocessing)
    {
        _method = method;
        _classNames = classNames;
        _preprocessing = preprocessing;
    }

    /// <summary>Reads a CLIP and encodes the class names.</summary>
    /// <param name="clip">A checkpoint, a folder, or a name such as <c>openai:ViT-B/16</c>.</param>
    /// <param name="classNames">Class names, in label order.</param>
    /// <param name="templates">Sentences around them; null for "a photo of a {}.".</param>
    /// <param name="preprocessing">How pictures are prepared, its size replaced by the CLIP's own; null: as its folder says.</param>
    /// <param name="vocabulary">CLIP's vocabulary; null to look for it.</param>
    /// <param name="device">"auto", "cpu", "cuda" or "cuda:n".</param>
    /// <param name="precision">"auto", "fp32", "bf16" or "fp16".</param>
    /// <exception cref="PromptKDException">
    /// The CLIP or the vocabulary cannot be read; or these are no two or more different names.
    /// </exception>
    public static ZeroShotClassifier Load(
        string clip,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? templates = null,
        Preprocessing? preprocessing = null,
        string? vocabulary = null,
        string device = "auto",
        string precision = "auto")
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ClassNameRules.Check(classNames, "The classes of the classifier");
        ComputeTarget target = ComputeTarget.Resolve(device, precision);
        ClipCheckpoint checkpoint = ModelFiles.OpenClip(clip);
        using var frozen = new FrozenClip(checkpoint, prompts: null, target);
        target.UseThreadsFor(frozen.Architecture.VisionWidth);
        var tokenizer = TextTokenizers.Load(ModelFiles.FindVocabulary(vocabulary, frozen.Folder));
        ClassVectors vectors = frozen.ReadClassVectors(
            tokenizer,
            classNames,
            [.. (templates ?? ["a photo of a {}."]).Select(pattern => new PromptTemplate(pattern))],
            contextText: "",
            roundToHalf: false);
        var method = new ZeroShotMethod(frozen.ReadImageTower(roundToHalf: false), vectors);
        Preprocessing prepared = preprocessing is null
            ? TowerPreparation.Of(DistillPreset.Config.Input, checkpoint)
            : preprocessing with { Size = frozen.Architecture.ImageSize };
        return new ZeroShotClassifier(method, classNames, prepared);
    }

    /// <summary>Measures the CLIP on class folders.</summary>
    /// <param name="folder"><c>folder/CLASS NAME/PICTURE</c>. A class may have none.</param>
    /// <param name="baseClasses">How many of the first classes count as base; null or 0 for no split.</param>
    /// <param name="observer">
    /// Is told which files are left out and which pictures cannot be read; null for nobody.
    /// </param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">A folder fits no class, or no picture can be read.</exception>
    public BaseNovelResult Evaluate(
        string folder,
        int? baseClasses = null,
        IRunObserver? observer = null,
        CancellationToken cancellation = default)
    {
        var evaluation = new FolderEvaluation(
            folder, _classNames, [_preprocessing], options: null, required: 0, cancellation);
        evaluation.LeftOut?.Report(observer ?? IRunObserver.Nobody);
        BaseNovelResult result = evaluation.Measure(_method.Classify, baseClasses, BatchSize, cancellation);
        evaluation.ReportSkipped(observer ?? IRunObserver.Nobody);
        return result;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _method.Dispose();
}
