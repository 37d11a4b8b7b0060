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

/// <summary>
/// A CLIP as it is, classifying by the texts of the class names: what distillation starts from. Any number of threads
/// may share it.
/// </summary>
public sealed class ZeroShotClassifier : PictureClassifier
{
    private readonly ZeroShotMethod _method;
    private readonly int _batchSize;

    private ZeroShotClassifier(
        ZeroShotMethod method, IReadOnlyList<string> classNames, Preprocessing preprocessing, int size,
        ZeroShotOptions options)
        : base(
            new TorchModel(method.Features, method.ScoresOf, temperature: 1, preprocessing, method),
            preprocessing,
            classNames,
            size,
            options)
    {
        _method = method;
        _batchSize = options.BatchSize;
    }

    /// <summary>Reads a CLIP and encodes the class names.</summary>
    /// <param name="clip">A checkpoint, a folder, or a name such as <c>openai:ViT-B/16</c>.</param>
    /// <param name="classNames">Class names, in label order.</param>
    /// <param name="options">Templates, vocabulary, where and how to compute, limits; null for the defaults.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <exception cref="PromptKDException">
    /// The CLIP or the vocabulary cannot be read; these are no two or more different names; or the device is not there.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option cannot be meant.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ZeroShotClassifier Load(
        string clip,
        IReadOnlyList<string> classNames,
        ZeroShotOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(clip);
        ArgumentNullException.ThrowIfNull(classNames);
        options ??= new ZeroShotOptions();
        options.Check();
        ClassNameRules.Check(classNames, "The classes of the classifier");
        using var parts = new Unfinished();
        ClipCheckpoint checkpoint = parts.Add(ModelFiles.OpenClip(clip, options.Watch(), cancellationToken));
        ComputeTarget target = options.Resolve("auto", checkpoint.Architecture.VisionWidth);
        using FrozenClip frozen = parts.HandOver(new FrozenClip(checkpoint, prompts: null, target));
        var tokenizer = TextTokenizers.Load(
            ModelFiles.FindVocabulary(options.Vocabulary, frozen.Folder, cancellationToken));
        ClassVectors vectors = frozen.ReadClassVectors(
            tokenizer,
            classNames,
            [.. options.Templates.Select(pattern => new PromptTemplate(pattern))],
            contextText: "",
            roundToHalf: false);
        using var towers = new Unfinished();
        towers.Add(vectors);
        var method = towers.HandOver(new ZeroShotMethod(frozen.ReadImageTower(roundToHalf: false), vectors));
        return new ZeroShotClassifier(
            method, [.. classNames], Prepare(options, checkpoint), frozen.Architecture.EmbeddingSize, options);
    }

    /// <summary>Measures the CLIP on class folders.</summary>
    /// <param name="folder"><c>folder/CLASS NAME/PICTURE</c>. A class may have none.</param>
    /// <param name="baseClasses">How many of the first classes count as base; null or 0 for no split.</param>
    /// <param name="observer">
    /// Is told which files are left out and which pictures cannot be read; null for nobody.
    /// </param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="PromptKDException">A folder fits no class, or no picture can be read.</exception>
    public BaseNovelResult Evaluate(
        string folder,
        int? baseClasses = null,
        IRunObserver? observer = null,
        CancellationToken cancellationToken = default)
    {
        using SharedUse.Use use = Enter();
        var evaluation = new FolderEvaluation(
            folder, ClassNames, [Preprocessing], options: null, required: 0, cancellationToken);
        evaluation.LeftOut?.Report(observer ?? IRunObserver.Nobody);
        BaseNovelResult result = evaluation.Measure(_method.Classify, baseClasses, _batchSize, cancellationToken);
        evaluation.ReportSkipped(observer ?? IRunObserver.Nobody);
        return result;
    }

    private static Preprocessing Prepare(ZeroShotOptions options, ClipCheckpoint checkpoint)
    {
        Preprocessing prepared = options.Preprocessing is null
            ? TowerPreparation.Of(DistillPreset.Config.Input, checkpoint)
            : options.Preprocessing with { Size = checkpoint.Architecture.ImageSize };
        return prepared with { Upright = options.Upright ?? prepared.Upright };
    }
}
