using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Evaluation;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>What <c>model.json</c> of a student package says: all that is needed beside the tensors.</summary>
public sealed record StudentManifest
{
    /// <summary>The value of <see cref="Format"/> in every file of this kind.</summary>
    public const string FormatName = "promptkd-student";

    /// <summary>The newest <see cref="Version"/> that this build reads.</summary>
    public const int CurrentVersion = 2;

    /// <summary>The <see cref="Version"/> of packages that older builds read, too: of runs that distilled.</summary>
    internal const int DistilledVersion = 1;

    /// <summary>A manifest with the defaults of this build.</summary>
    public StudentManifest()
    {
    }

    /// <param name="projectorLayers">Packages from before there was a choice do not say.</param>
    [JsonConstructor]
    internal StudentManifest(int projectorLayers = 2) => ProjectorLayers = projectorLayers;

    /// <summary>Always <see cref="FormatName"/>.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = DistilledVersion;

    /// <summary>
    /// Sizes of the student's CLIP. Those of its text tower are there for the record: it is not included.
    /// </summary>
    public required ClipArchitecture Architecture { get; init; }

    /// <summary>Learned tokens added to each image sequence.</summary>
    public required int PromptLength { get; init; }

    /// <summary>Layers that get learned tokens.</summary>
    public required int PromptDepth { get; init; }

    /// <summary>Width of the class vectors.</summary>
    public required int TeacherEmbedding { get; init; }

    /// <summary>Linear layers of the projector into the space of the class vectors; 0 for none.</summary>
    public int ProjectorLayers { get; init; } = 2;

    /// <summary>Whether the image tower's own weights were learned, too.</summary>
    public bool TunedTower { get; init; }

    /// <summary>Whether the class vectors are of the student's own text tower, instead of its teacher's.</summary>
    public bool OwnTexts { get; init; }

    /// <summary>Whether inserted prompts are rounded through float16, as the reference does.</summary>
    public bool RoundPromptsToHalf { get; init; }

    /// <summary>exp(logit_scale): what cosines are multiplied by before softmax.</summary>
    public required double LogitScale { get; init; }

    /// <summary>Class names, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init => field = ValueEquality.Of(value); }

    /// <summary>The texts whose features are the class vectors; <c>{}</c> stands for the class name.</summary>
    public required IReadOnlyList<string> Templates { get; init => field = ValueEquality.Of(value); }

    /// <summary>How pictures are prepared.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>Element type that the frozen tower was trained in: fp32, bf16 or fp16.</summary>
    public required string Precision { get; init; }

    /// <summary>SHA-256 of every input that made the student.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init => field = ValueEquality.Of(value); }

    /// <summary>What it was made of, when, and by which program; null in packages from before that was kept.</summary>
    public StudentOrigin? Origin { get; init; }

    /// <summary>How its teacher was tuned; null where no label was used, or none is known of.</summary>
    public TeacherTuning? TeacherTuning { get; init; }

    /// <summary>
    /// How it was trained; null where the package was made of a checkpoint: <see cref="Checkpoint"/>.
    /// </summary>
    public StudentTraining? Training { get; init; }

    /// <summary>The checkpoint that the package was made of; null for the package of a run that distilled.</summary>
    public CheckpointOrigin? Checkpoint { get; init; }

    /// <summary>Accuracies on the validation folder, percent; null without one.</summary>
    public BaseNovelResult? Validation { get; init; }

    /// <summary>Accuracies of the teacher on the same folder, of several combined, percent; null without one.</summary>
    public BaseNovelResult? TeacherValidation { get; init; }

    /// <summary>
    /// Accuracies on the same folder of the student's CLIP as it came, by its own text tower; null without one.
    /// </summary>
    public BaseNovelResult? UntrainedValidation { get; init; }

    /// <summary>Teacher and student on pictures that were held out of training; null where none were.</summary>
    public HeldOutComparison? HeldOut { get; init; }

    /// <summary>
    /// What logits are divided by before softmax, and how that was found; null leaves them as they are, as do packages
    /// from before there was any.
    /// </summary>
    public Calibration? Calibration { get; init; }

    /// <summary>How to tell that a picture belongs to no class; null where the teacher does not say it.</summary>
    public NoneOfThese? NoneOfThese { get; init; }

    /// <summary>How several teachers were combined; null for one teacher.</summary>
    public CombinedTeachers? Teachers { get; init; }

    /// <summary>How the classes differ from those of the training; null where they do not.</summary>
    public ClassChanges? ClassChanges { get; init; }

    /// <summary>The digest that each file of tensors carries, by its name: they belong together.</summary>
    public IReadOnlyDictionary<string, string> Files
    {
        get;
        init => field = ValueEquality.Of(value ?? NoFiles);
    } = NoFiles;

    private static IReadOnlyDictionary<string, string> NoFiles { get; } =
        ValueEquality.Of<string, string>(new Dictionary<string, string>());

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">A <c>model.json</c>.</param>
    /// <exception cref="PromptKDException">Missing, malformed, or of a newer format.</exception>
    internal static StudentManifest Read(string path)
    {
        if (!File.Exists(path))
        {
            throw Missing(path);
        }

        StudentManifest manifest = SealedJson.Read(
            path, "Copy the package again, or let the same run write it again.", ManifestJson.Indented.StudentManifest);
        if (manifest.Format != FormatName || manifest.Version is <= 0 or > CurrentVersion)
        {
            throw new PromptKDException(
                $"{path}: format '{manifest.Format}' version {manifest.Version}, expected '{FormatName}' version "
                + $"1–{CurrentVersion}. Was it written by a newer PromptKD?")
            {
                Code = manifest.Format == FormatName && manifest.Version > CurrentVersion
                    ? PromptKDError.NotSupported
                    : PromptKDError.BadInput,
            };
        }

        manifest.Check(path);
        return manifest;
    }

    // What computes an ONNX file needs no package; what looks into a student does.
    private static PromptKDException Missing(string path) =>
        Path.GetDirectoryName(path) is { } given && File.Exists(given)
            ? new($"{given}: a file, not a student package. Give the 'student' folder that distill wrote"
                + (given.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? ", from which it was exported." : "."))
            : new($"No student package: '{path}' is missing. Give the 'student' folder that distill wrote.")
            {
                Code = PromptKDError.MissingFile,
            };

    // Sizes that no student has would end in divisions by zero, or in requests for more memory than there is.
    private void Check(string path)
    {
        const int Largest = 1 << 16;
        Architecture.Check(path);
        Preprocessing.Check(path);
        string? wrong =
            ClassNames.Count == 0 ? "it has no class names"
            : PromptLength is < 0 or > Largest ? $"promptLength is {PromptLength}"
            : PromptDepth is < 0 or > Largest ? $"promptDepth is {PromptDepth}"
            : ProjectorLayers is < 0 or > 3 ? $"projectorLayers is {ProjectorLayers}"
            : TeacherEmbedding is < 1 or > Largest ? $"teacherEmbedding is {TeacherEmbedding}"
            : ProjectorLayers == 0 && TeacherEmbedding != Architecture.EmbeddingSize
                ? $"it has no projector, but class vectors are {TeacherEmbedding} wide and features "
                    + $"{Architecture.EmbeddingSize}"
            : Training is null && Checkpoint is null ? "neither a training nor a checkpoint is named that made it"
            : !double.IsFinite(LogitScale) ? $"logitScale is {LogitScale}"
            : Calibration is { IsPossible: false } ? $"calibration.temperature is {Calibration.Temperature}"
            : NoneOfThese is { IsPossible: false } ? "noneOfThese has no possible numbers"
            : Preprocessing.Size != Architecture.ImageSize
                ? $"pictures are {Preprocessing.Size} pixels wide, but the tower takes {Architecture.ImageSize}"
            : null;
        if (wrong is not null)
        {
            throw new PromptKDException($"{path}: not the manifest of a student: {wrong}. Copy the package again.");
        }
    }

    /// <summary>The manifest as the text of <c>model.json</c>.</summary>
    internal string ToJson() => SealedJson.Write(this, ManifestJson.Indented.StudentManifest);
}

/// <summary>How a student was trained: the settings and sizes that its numbers depend on.</summary>
/// <param name="Pictures">Pictures that it learned from.</param>
/// <param name="SkippedPictures">Pictures beside those, that could not be read.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="BatchSize">Pictures a step.</param>
/// <param name="LearningRate">Before the schedule.</param>
/// <param name="LossWeight">Scale of the distillation loss.</param>
/// <param name="Temperature">Of both distributions.</param>
/// <param name="Seed">Of learned tokens, projector, order, crops and flips.</param>
/// <param name="Agreement">
/// Share of training pictures of the last epoch on which student and teacher agreed, 0–1.
/// </param>
public sealed record StudentTraining(
    int Pictures,
    int SkippedPictures,
    int Epochs,
    int BatchSize,
    double LearningRate,
    double LossWeight,
    double Temperature,
    int Seed,
    double Agreement)
{
    /// <summary>
    /// Files beside the pictures that are of no kind that is read, or hidden, by kind, such as <c>.heic</c>.
    /// </summary>
    public IReadOnlyDictionary<string, int> LeftOut
    {
        get;
        init => field = ValueEquality.Of(value ?? Nothing);
    } = Nothing;

    /// <summary>What the run warned of at its end, a sentence or two each.</summary>
    public IReadOnlyList<string> Notices { get; init => field = ValueEquality.Of(value ?? []); } =
        ValueEquality.Of<string>([]);

    private static IReadOnlyDictionary<string, int> Nothing { get; } =
        ValueEquality.Of<string, int>(new Dictionary<string, int>());
}

/// <summary>The checkpoint that a package was made of.</summary>
/// <param name="Method">As TRAINER.NAME spells it.</param>
/// <param name="Checkpoint">Name of the file.</param>
/// <param name="Epoch">Epochs that it was trained for, where it says so.</param>
/// <param name="ValidationAccuracy">Accuracy on its validation pictures, percent, where it says so.</param>
public sealed record CheckpointOrigin(string Method, string Checkpoint, long? Epoch, double? ValidationAccuracy);

/// <summary>How a student's teacher was tuned, with labels.</summary>
/// <param name="Method">As TRAINER.NAME spells it: PromptSRC, IVLP, MaPLe, CoOp or CoCoOp.</param>
/// <param name="Classes">Classes that it learned.</param>
/// <param name="Shots">Labelled pictures of each class that were asked for; 0 or negative for all.</param>
/// <param name="Pictures">Labelled pictures that it learned from.</param>
/// <param name="PicturesSha256">
/// Tells this set of labelled pictures from every other: paths, sizes and contents.
/// </param>
public sealed record TeacherTuning(string Method, int Classes, int Shots, int Pictures, string PicturesSha256);
