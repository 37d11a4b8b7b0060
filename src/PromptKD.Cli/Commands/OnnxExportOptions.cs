using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Export.Onnx;
using PromptKD.Inference.Exports;

namespace PromptKD.Cli.Commands;

/// <summary>What <c>promptkd export</c> takes to make an ONNX file.</summary>
internal static class OnnxExportOptions
{
    private static readonly Option<string> s_model = new("--model")
    {
        Description = "A student package, the student/ folder of a run, to make an ONNX file of [default: none]",
        HelpName = "DIR",
    };

    private static readonly Option<string> s_clip = new("--clip")
    {
        Description = "A CLIP, or a tower of another family, to make ONNX files of its towers of [default: none]",
        HelpName = "PATH",
    };

    private static readonly Option<string> s_images = new("--images")
    {
        Description = "With --model or --clip: folder of pictures, 64 of which ONNX Runtime and libtorch are both "
            + "asked [default: drawn ones]",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_floats = new("--float-input")
    {
        Description = "With --model: take normalised floats, [batch, 3, size, size], and leave normalising to the "
            + "caller [default: bytes, [batch, size, size, 3]]",
    };

    private static readonly Option<bool> s_half = new("--fp16")
    {
        Description = "With --model: compute the tower in 16-bit floats, for GPUs and for a file of half the size "
            + "[default: off]",
    };

    private static readonly Option<bool> s_whole = new("--int8")
    {
        Description = "With --model: compute the tower's linear layers in 8-bit whole numbers, for processors and for "
            + "a file of a quarter of the size [default: off]",
    };

    private static readonly Option<string> s_calibration = new("--calibrate")
    {
        Description = "With --int8: folder of pictures like those to be classified, 64 of which say how large values "
            + "become [default: measured in each call]",
        HelpName = "DIR",
    };

    private static readonly Option<string> s_labelled = new("--data")
    {
        Description = "With --model: labelled pictures, DIR/CLASS NAME/PICTURE, on which the accuracies of both "
            + "programs are compared [default: none]",
        HelpName = "DIR",
    };

    /// <summary>What <c>--model</c> takes.</summary>
    public static ExportKind OfPackage { get; } = new(
        s_model, "to make an ONNX file of", [s_images, s_floats, s_half, s_whole, s_calibration, s_labelled]);

    /// <summary>What <c>--clip</c> takes, beside a vocabulary.</summary>
    public static ExportKind OfClip { get; } = new(s_clip, "to make ONNX files of its towers", [s_images]);

    /// <summary>Writes the file, and says how its answers compare.</summary>
    public static void Export(ParseResult parsed, string output, CancellationToken cancellation)
    {
        OnnxExportReport report = OnnxExport.Write(
            new OnnxExportRequest
            {
                Model = parsed.GetValue(s_model)!,
                Output = output,
                TakesFloats = parsed.GetValue(s_floats),
                Precision = Precision(parsed),
                Calibration = parsed.GetValue(s_calibration),
                Labelled = parsed.GetValue(s_labelled),
                Pictures = parsed.GetValue(s_images),
            },
            new RunDisplay(),
            cancellation);
        foreach (OnnxBatchParity batch in report.Parity.Batches)
        {
            Answers.Sentence(string.Create(
                CultureInfo.InvariantCulture,
                $"batch {batch.Size}: probabilities within {batch.LargestProbability:g2}, best class changed on "
                + $"{batch.Changed} of {report.Parity.Pictures} pictures ({report.Parity.Source})"));
        }

        if (report.Accuracy is { } accuracy)
        {
            Answers.Sentence(string.Create(
                CultureInfo.InvariantCulture,
                $"{accuracy.Pictures} labelled pictures: {accuracy.Exported:F2} % right, {accuracy.Original:F2} % as "
                + $"the package answers in float32; the same class on {accuracy.Agreement:F2} %"));
        }

        Messages.Note($"Wrote {output}: {report.Model.Student}, {report.Model.ClassNames.Count} classes");
    }

    /// <summary>Writes the folder of a CLIP's towers, and says how their features compare.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="output">The folder.</param>
    /// <param name="vocabulary">The vocabulary that is named; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    public static void ExportClip(ParseResult parsed, string output, string? vocabulary, CancellationToken cancellation)
    {
        ClipOnnxReport report = ClipExport.Write(
            new ClipExportRequest
            {
                Clip = parsed.GetValue(s_clip)!,
                Output = output,
                Vocabulary = vocabulary,
                Pictures = parsed.GetValue(s_images),
            },
            new RunDisplay(),
            cancellation);
        Say("pictures", report.Parity.Vision);
        if (report.Parity.Text is { } text)
        {
            Say("texts", text);
        }

        Messages.Note($"Wrote {output}: {report.Clip}, {report.Embedding} features");

        static void Say(string what, ClipTowerParity tower)
        {
            foreach (ClipBatchParity batch in tower.Batches)
            {
                Answers.Sentence(string.Create(
                    CultureInfo.InvariantCulture,
                    $"batch {batch.Size}: features of {tower.Compared} {what} ({tower.Source}) within "
                    + $"{batch.LargestFeature:g2}, cosines of at least {batch.SmallestCosine:F7}"));
            }
        }
    }

    private static OnnxPrecision Precision(ParseResult parsed)
    {
        bool isHalf = parsed.GetValue(s_half), isWhole = parsed.GetValue(s_whole);
        bool isCalibrated = IsGiven(parsed, s_calibration);
        if (isHalf && isWhole)
        {
            throw new PromptKDException("--fp16 and --int8 are both given. Leave one of them out.");
        }

        if (isCalibrated && !isWhole)
        {
            throw new PromptKDException("--calibrate has no effect without --int8. Give --int8, too, or leave it out.");
        }

        return isHalf ? OnnxPrecision.Fp16
            : !isWhole ? OnnxPrecision.Fp32
            : isCalibrated ? OnnxPrecision.Int8Static : OnnxPrecision.Int8Dynamic;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
