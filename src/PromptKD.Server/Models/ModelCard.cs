using System.Globalization;
using PromptKD.Export;
using PromptKD.Export.Onnx;
using PromptKD.Inference;

namespace PromptKD.Server.Models;

/// <summary>What a model says of itself, in a few lines for people.</summary>
internal static class ModelCard
{
    /// <summary>Names and values, in the order in which they are shown.</summary>
    public static IReadOnlyDictionary<string, string> Of(FolderClassifier classifier) => classifier switch
    {
        StudentClassifier { Manifest: var manifest } => Of(manifest),
        OnnxStudentClassifier { Description: var description } => Of(description),
        _ => new Dictionary<string, string>(),
    };

    private static Dictionary<string, string> Of(StudentManifest manifest)
    {
        var card = new Dictionary<string, string>
        {
            ["Kind"] = "student package",
            ["Picture size"] = Text(manifest.Preprocessing.Size),
            ["Precision"] = manifest.Precision,
            ["Templates"] = string.Join(" · ", manifest.Templates.Take(3)),
        };
        if (manifest.Validation is { } validation)
        {
            card["Accuracy on labelled pictures"] = $"{Text(validation.All)} %";
        }

        if (manifest.Calibration is { } calibration)
        {
            card["Temperature"] = Text(calibration.Temperature);
        }

        return card;
    }

    private static Dictionary<string, string> Of(OnnxDescription description) => new()
    {
        ["Kind"] = "ONNX file",
        ["Picture size"] = Text(description.Preprocessing.Size),
        ["Precision"] = description.Precision.ToString(),
        ["Temperature"] = Text(description.Temperature),
    };

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
