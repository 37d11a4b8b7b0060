using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using PromptKD.Data.Decoding;
using PromptKD.Export.Onnx;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>
/// A distilled student at work in ONNX Runtime, without libtorch: what <c>promptkd export --model</c> wrote, and
/// pictures prepared exactly as in training. Any number of threads may share it.
/// </summary>
public sealed partial class OnnxStudentClassifier : FolderClassifier
{
    private OnnxStudentClassifier(
        OnnxSession session, OnnxDescription description, Preprocessing preprocessing, OnnxOptions options)
        : base(
            new OnnxModel(session, description.Input, preprocessing),
            preprocessing,
            description.ClassNames,
            description.FeatureWidth,
            description.Temperature,
            options,
            options.Observer ?? new LoggedWork(options.Logger))
    {
        Description = description;
        NoneOfThese = description.NoneOfThese;
    }

    /// <summary>What the file says of itself.</summary>
    public OnnxDescription Description { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">
    /// The graph. Where the <c>.json</c> that was written with it is beside it, their digests must fit.
    /// </param>
    /// <param name="options">What computes, and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Stops before the next step of loading.</param>
    /// <exception cref="PromptKDException">
    /// It cannot be read, is damaged, is no student's or of a newer version; the file beside it is of another graph; or
    /// there is no such execution provider.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option cannot be meant.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static OnnxStudentClassifier Load(
        string path, OnnxOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new OnnxOptions();
        options.Check();
        (OnnxSession session, OnnxDescription description) = StudentOnnx.Open(path, Configure, cancellationToken);
        Preprocessing preprocessing = description.Preprocessing with
        {
            Upright = options.Upright ?? description.Preprocessing.Upright,
        };
        LogLoaded(options.Logger, path, description.ClassNames.Count, options.Provider, description.Precision);
        return new OnnxStudentClassifier(session, description, preprocessing, options);

        void Configure(SessionOptions session)
        {
            ExecutionProvider.Append(session, options.Provider, options.DeviceIndex);
            session.IntraOpNumThreads = options.Threads ?? session.IntraOpNumThreads;
        }
    }

    /// <inheritdoc/>
    internal override string SaysOfItself() => Description.ToString();

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Student of {File} loaded: {Classes} classes, on {Provider} in {Precision}")]
    private static partial void LogLoaded(
        ILogger logger, string file, int classes, string provider, OnnxPrecision precision);
}
