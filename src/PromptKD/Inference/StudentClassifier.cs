using Microsoft.Extensions.Logging;
using PromptKD.Data.Decoding;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>
/// A distilled student at work: classifies pictures with nothing but its package. Any number of threads may share it.
/// </summary>
public sealed partial class StudentClassifier : FolderClassifier
{
    private StudentClassifier(
        StudentManifest manifest, DistilledStudent student, Preprocessing preprocessing, TorchOptions options)
        : base(
            new TorchModel(
                student.Student.ImageFeatures,
                student.ScoresOf,
                manifest.Calibration?.Temperature ?? 1,
                preprocessing,
                student),
            preprocessing,
            manifest.ClassNames,
            manifest.TeacherEmbedding,
            manifest.Calibration?.Temperature ?? 1,
            options,
            options.Watch())
    {
        Manifest = manifest;
        NoneOfThese = manifest.NoneOfThese;
    }

    /// <summary>What the package says of itself.</summary>
    public StudentManifest Manifest { get; }

    /// <summary>Opens a student package.</summary>
    /// <param name="folder">The folder that distilling wrote: <c>OUTPUT/student</c>.</param>
    /// <param name="options">Where and how to compute, and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Stops before the next step of loading.</param>
    /// <exception cref="PromptKDException">The folder is no complete package, or the device is not there.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option cannot be meant.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static StudentClassifier Load(
        string folder, TorchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new TorchOptions();
        options.Check();
        cancellationToken.ThrowIfCancellationRequested();
        StudentManifest manifest = StudentPackage.ReadManifest(folder);
        ComputeTarget target = options.Resolve(
            manifest.Precision == "fp32" ? "fp32" : "auto", manifest.Architecture.VisionWidth);
        Preprocessing preprocessing =
            manifest.Preprocessing with { Upright = options.Upright ?? manifest.Preprocessing.Upright };
        cancellationToken.ThrowIfCancellationRequested();
        DistilledStudent student = StudentPackage.Read(folder, manifest, target);
        LogLoaded(options.Logger, folder, manifest.ClassNames.Count, target.Device, target.PrecisionName);
        return new StudentClassifier(manifest, student, preprocessing, options);
    }

    /// <inheritdoc/>
    internal override string SaysOfItself() =>
        Manifest.ToString() + string.Join(',', Manifest.Files) + string.Join(',', Manifest.Inputs);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Student of {Folder} loaded: {Classes} classes, on {Device} in {Precision}")]
    private static partial void LogLoaded(
        ILogger logger, string folder, int classes, torch.Device device, string precision);
}
