using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>A student's ONNX file, opened and checked against what it and the text beside it say.</summary>
/// <param name="Session">The graph.</param>
/// <param name="Description">What it says of itself.</param>
internal sealed record StudentOnnx(OnnxSession Session, OnnxDescription Description)
{
    /// <summary>What the file beside a graph ends in.</summary>
    public const string SidecarEnding = ".json";

    private const string Remedy = "Copy the files again, or export the student anew.";

    /// <summary>Opens a file.</summary>
    /// <param name="path">
    /// The graph; where a <c>.json</c> of the same name is beside it, both must belong together.
    /// </param>
    /// <param name="configure">Chooses how it is computed; null for the processor.</param>
    /// <param name="cancellation">Stops before the file is hashed, loaded or looked at.</param>
    /// <exception cref="PromptKDException">
    /// It cannot be read, is damaged, is no student's, or is of a newer version; or the file beside it is of another
    /// graph.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static StudentOnnx Open(
        string path, Action<SessionOptions>? configure = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        CheckBeside(path);
        cancellation.ThrowIfCancellationRequested();
        using var parts = new Unfinished();
        OnnxSession session = parts.Add(OnnxSession.Open(path, configure));
        cancellation.ThrowIfCancellationRequested();
        OnnxDescription description = Describe(path, session);
        CheckShapes(path, session, description);
        RefuseOther(path, description);
        return parts.HandOver(new StudentOnnx(session, description));
    }

    private static OnnxDescription Describe(string path, OnnxSession session)
    {
        if (!session.Metadata.TryGetValue(OnnxDescription.Key, out string? text))
        {
            throw new PromptKDException(
                $"{path}: an ONNX file, but no student's: its metadata has no '{OnnxDescription.Key}'. Make one with "
                + "‹promptkd export›.");
        }

        OnnxDescription description;
        try
        {
            description = JsonSerializer.Deserialize(text, OnnxJson.Lines.OnnxDescription)
                ?? throw new JsonException("it holds nothing");
            if (RecordNulls.AreIn(description, OnnxJson.Lines.Options))
            {
                throw new JsonException("null where a value belongs");
            }
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException
            or InvalidOperationException)
        {
            throw Damaged(path, $"its metadata cannot be read: {JsonFault.Describe(error)}");
        }

        if (description.Format != OnnxDescription.FormatName)
        {
            throw Damaged(path, $"its format is '{description.Format}', expected '{OnnxDescription.FormatName}'");
        }

        return description.Version <= OnnxDescription.CurrentVersion
            ? description
            : throw new PromptKDException(
                $"{path}: version {description.Version} of its format, and this build reads up to "
                + $"{OnnxDescription.CurrentVersion}. Take a newer build.")
            {
                Code = PromptKDError.NotSupported,
            };
    }

    private static void CheckShapes(string path, OnnxSession session, OnnxDescription description)
    {
        int size = description.Preprocessing.Size, classes = description.ClassNames.Count;
        OnnxInput input = description.Input;
        bool isKnown = input == OnnxInput.Pixels || input == OnnxInput.Normalised;
        if (!isKnown || session.TakesBytes(input.Name) == input.IsNormalised)
        {
            throw Damaged(
                path, $"its metadata speaks of an input '{input.Name}' of {input.Type} that it does not have");
        }

        if (!(description.Temperature > 0))
        {
            throw Damaged(path, $"its temperature is {description.Temperature}, expected a positive number");
        }

        if (description.NoneOfThese is { IsPossible: false })
        {
            throw Damaged(path, "its noneOfThese has no possible numbers");
        }

        description.Preprocessing.Check(path);
        Expect(input.Name, input.IsNormalised ? [3, size, size] : [size, size, 3]);
        Expect(OnnxDescription.Logits, [classes]);
        Expect(OnnxDescription.Probabilities, [classes]);
        Expect(OnnxDescription.Features, [description.FeatureWidth]);

        void Expect(string name, int[] axes)
        {
            if (session.ShapeOf(name) is not { Count: > 0 } found || !found.Skip(1).SequenceEqual(axes))
            {
                throw Damaged(
                    path,
                    $"'{name}' is not [batch, {string.Join(", ", axes)}], as its metadata says ({classes} classes)");
            }
        }
    }

    // By digests, not by names: both files may have been renamed.
    private static void CheckBeside(string path)
    {
        if (ReadBeside(path) is not { } report)
        {
            return;
        }

        string digest = RegularFile.Explain(path, DigestOf);
        if (!report.Files.Values.Contains(digest))
        {
            throw new PromptKDException(
                $"{SidecarOf(path)}: it is of another graph than {path}, whose SHA-256 is {digest}. {Remedy}");
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach ((string name, string expected) in report.Files.Where(file => file.Value != digest))
        {
            string constants = Path.Combine(folder, Path.GetFileName(name));
            if (RegularFile.Explain(constants, DigestOf) != expected)
            {
                throw Damaged(constants, "its SHA-256 is not the one that its graph was written with");
            }
        }
    }

    private static void RefuseOther(string path, OnnxDescription description)
    {
        if (ReadBeside(path) is { } report && report.Model.ToLine() != description.ToLine())
        {
            throw Damaged(SidecarOf(path), $"it says otherwise than {path} (classes, pictures or scales)");
        }
    }

    private static OnnxExportReport? ReadBeside(string path) =>
        File.Exists(SidecarOf(path))
            ? SealedJson.Read(SidecarOf(path), Remedy, OnnxJson.Indented.OnnxExportReport)
            : null;

    private static string SidecarOf(string path) => Path.ChangeExtension(path, SidecarEnding);

    private static string DigestOf(string path)
    {
        using FileStream stream = RegularFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static PromptKDException Damaged(string path, string fault) => new($"{path}: damaged: {fault}. {Remedy}");
}
