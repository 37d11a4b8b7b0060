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
    /// <param name="cancellationToken">Stops between batches; nothing is written then.</param>
    /// <exception cref="PromptKDException">
    /// The package or the pictures cannot be read, the request contradicts itself or the student, ONNX Runtime answers
    /// otherwise than libtorch, or the file cannot be written.
    /// </exception>
    public static OnnxExportReport Write(
        OnnxExportRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        observer ??= IRunObserver.Nobody;
        OnnxFile.RefuseTaken(request.Output);
        StudentManifest manifest = StudentPackage.ReadManifest(request.Model);
        Check(request, manifest);
        Preprocessing preprocessing = manifest.Preprocessing;
        using ParityPictures pictures = request.Pictures is { } folder
            ? ParityPictures.Of(folder, preprocessing, skipped => Warn(observer, skipped), cancellationToken)
            : ParityPictures.Drawn(preprocessing.Size);
        using ProcessSettings kept = ProcessSettings.Keep();
        var target = ComputeTarget.Resolve("cpu", "fp32");
        target.UseThreadsFor(manifest.Architecture.VisionWidth);
        observer.OnPhase($"Reading {request.Model}");
        using DistilledStudent distilled = StudentPackage.Read(request.Model, manifest, target);
        LabelledCheck? labelled = request.Labelled is { } data ? new LabelledCheck(distilled, manifest, data) : null;
        OnnxInput input = request.TakesFloats ? OnnxInput.Normalised : OnnxInput.Pixels;
        var description = StudentGraph.Describe(manifest, input, request.Precision);
        IMatrixProduct product = Product(request, distilled, manifest, observer, cancellationToken);
        ModelProto model = new StudentGraph(distilled, manifest).Build(description, product);
        var check = new ParityCheck(distilled, manifest, pictures, cancellationToken);
        OnnxExportReport? report = null;
        observer.OnPhase($"Comparing ONNX Runtime with libtorch on {pictures.Windows.Count} pictures");
        OnnxFile.Write(request.Output, model, (partial, files) =>
        {
            OnnxParity parity = check.Compare(partial, input);
            RefuseOther(request.Output, parity, request.Precision);
            report = new OnnxExportReport(description, parity, files)
            {
                Accuracy = labelled?.Measure(partial, input, skipped => Warn(observer, skipped), cancellationToken),
            };
            return SealedJson.Write(report, OnnxJson.Indented.OnnxExportReport);
        });
        return report!;
    }

    /// <summary>Refuses a graph whose answers are others than those of rounding.</summary>
    internal static void RefuseOther(string output, OnnxParity parity, OnnxPrecision precision)
    {
        double limit = OnnxParity.LimitOf(precision);
        if (parity.Largest > limit)
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"{output}: not written: ONNX Runtime's probabilities are up to {parity.Largest:g2} from libtorch's, "
                + $"at most {limit:g2} is taken for rounding. The graph would answer otherwise: report it."));
        }
    }

    private static void Check(OnnxExportRequest request, StudentManifest manifest)
    {
        if (request.Calibration is not null != (request.Precision == OnnxPrecision.Int8Static))
        {
            throw new PromptKDException(
                "Pictures to calibrate on (‹calibrate›) and static 8-bit layers (‹int8›) belong together. Give both.");
        }

        if (!TowerGraphs.HaveLinearLayers(manifest.Architecture) && IsWhole(request.Precision))
        {
            throw new PromptKDException(
                $"{request.Model}: the student's tower, {manifest.Architecture.Name}, is made of convolutions, and "
                + "‹int8› is for linear layers. Leave it out.");
        }
    }

    private static bool IsWhole(OnnxPrecision precision) =>
        precision is OnnxPrecision.Int8Dynamic or OnnxPrecision.Int8Static;

    private static IMatrixProduct Product(
        OnnxExportRequest request,
        DistilledStudent distilled,
        StudentManifest manifest,
        IRunObserver observer,
        CancellationToken cancellationToken)
    {
        if (!IsWhole(request.Precision))
        {
            return new FloatProduct();
        }

        if (request.Calibration is not { } folder)
        {
            return new DynamicProduct();
        }

        using var pictures = ParityPictures.Of(
            folder, manifest.Preprocessing, skipped => Warn(observer, skipped), cancellationToken);
        observer.OnPhase($"Measuring the ranges of values on {pictures.Windows.Count} pictures");
        return new StaticProduct(MeasuredRanges.Of(distilled, manifest, pictures, cancellationToken));
    }

    private static void Warn(IRunObserver observer, SkippedPicture picture) =>
        observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
}
