using System.Globalization;
using Onnx;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Export;
using PromptKD.Export.Onnx;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Inference.Exports;

/// <summary>
/// Makes an ONNX file of a student package: one graph from pixels to probabilities, for programs without libtorch. Its
/// answers are compared with libtorch's before it gets its name.
/// </summary>
public static class OnnxExport
{
    /// <summary>Writes the file and what describes it, whole or not at all.</summary>
    /// <param name="request">Which package, and where to.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops between batches; nothing is written then.</param>
    /// <exception cref="PromptKDException">
    /// The package or the pictures cannot be read, ONNX Runtime answers otherwise than libtorch, or the file cannot be
    /// written.
    /// </exception>
    public static OnnxExportReport Write(
        OnnxExportRequest request, IRunObserver? observer = null, CancellationToken cancellation = default)
    {
        observer ??= IRunObserver.Nobody;
        OnnxFile.RefuseTaken(request.Output);
        StudentManifest manifest = StudentPackage.ReadManifest(request.Model);
        Preprocessing preprocessing = manifest.Preprocessing;
        using ParityPictures pictures = request.Pictures is { } folder
            ? ParityPictures.Of(folder, preprocessing, skipped => Warn(observer, skipped), cancellation)
            : ParityPictures.Drawn(preprocessing.Size);
        var target = ComputeTarget.Resolve("cpu", "fp32");
        target.UseThreadsFor(manifest.Architecture.VisionWidth);
        observer.OnPhase($"Reading {request.Model}");
        using DistilledStudent distilled = StudentPackage.Read(request.Model, manifest, target);
        var description = OnnxDescription.Of(manifest, request.TakesFloats ? OnnxInput.Normalised : OnnxInput.Pixels);
        ModelProto model = new StudentGraph(distilled, manifest).Build(description);
        var check = new ParityCheck(distilled, manifest, pictures, cancellation);
        OnnxExportReport? report = null;
        observer.OnPhase($"Comparing ONNX Runtime with libtorch on {pictures.Windows.Count} pictures");
        OnnxFile.Write(request.Output, model, (partial, files) =>
        {
            OnnxParity parity = check.Compare(partial, description.Input);
            RefuseOther(request.Output, parity);
            report = new OnnxExportReport(description, parity, files);
            return SealedJson.Write(report);
        });
        return report!;
    }

    /// <summary>Refuses a graph whose answers are others than those of rounding.</summary>
    internal static void RefuseOther(string output, OnnxParity parity)
    {
        if (parity.Largest > OnnxParity.Limit)
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"{output}: not written: ONNX Runtime's probabilities are up to {parity.Largest:g2} from libtorch's, at "
                + $"most {OnnxParity.Limit:g2} is taken for rounding. The graph would answer otherwise: report it."));
        }
    }

    private static void Warn(IRunObserver observer, SkippedPicture picture) =>
        observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
}
