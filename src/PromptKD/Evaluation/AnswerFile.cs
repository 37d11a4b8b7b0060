using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>
/// <c>answers.jsonl</c> of a distillation: a line that says what the file is, a line a picture, and a line with the
/// file's digest.
/// </summary>
internal static class AnswerFile
{
    /// <summary>Its name in the folder of a run.</summary>
    public const string FileName = "answers.jsonl";

    private const string Format = "promptkd-answers";
    private const int Version = 1;
    private const long LargestFile = 256 << 20;
    private const string Remedy = "Delete it, and let the same run write it again.";
    private const string BeforeDigest = "{\"sha256\":\"";
    private const string BehindDigest = "\"}\n";

    /// <summary>Writes the file, whole.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="answers">What to keep.</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public static void Write(string folder, PictureAnswers answers) => WholeFile.Write(
        Path.Combine(folder, FileName),
        stream =>
        {
            WriteLine(
                stream, new AnswerFileHead(Format, Version, answers.ClassNames), EvaluationJson.Lines.AnswerFileHead);
            foreach (PictureAnswer picture in answers.Pictures)
            {
                WriteLine(stream, picture, EvaluationJson.Lines.PictureAnswer);
            }

            stream.Write(Encoding.ASCII.GetBytes(BeforeDigest));
            long place = stream.Position;
            stream.Write(Encoding.ASCII.GetBytes(Seal.Blank + BehindDigest));
            Seal.Apply(stream, place);
        });

    /// <summary>Reads the file.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <returns>Null where the run left none: it measured nothing, or it is not finished.</returns>
    /// <exception cref="PromptKDException">It is damaged.</exception>
    public static PictureAnswers? ReadIfAny(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            byte[] bytes = RegularFile.Explain(path, file => BoundedBytes.ReadFile(file, LargestFile));
            return Parse(bytes);
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            throw new PromptKDException(
                $"{path}: damaged: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}. {Remedy}", error);
        }
    }

    private static void WriteLine<T>(Stream stream, T record, JsonTypeInfo<T> contract)
    {
        JsonSerializer.Serialize(stream, record, contract);
        stream.WriteByte((byte)'\n');
    }

    private static PictureAnswers Parse(byte[] bytes)
    {
        RefuseUnsealed(bytes);
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        AnswerFileHead head = Read(lines[0], EvaluationJson.Lines.AnswerFileHead);
        if (head.Format != Format || head.Version is < 1 or > Version)
        {
            throw new InvalidDataException(
                $"format '{head.Format}' version {head.Version}, expected '{Format}' 1–{Version}");
        }

        var pictures = new List<PictureAnswer>(lines.Length);
        foreach (string line in lines[1..^1])
        {
            PictureAnswer answer = Read(line, EvaluationJson.Lines.PictureAnswer);
            pictures.Add(IsPossible(answer, head.ClassNames.Count)
                ? answer
                : throw new InvalidDataException(
                $"'{Printable.Line(answer.Picture)}' has answers that no model gives"));
        }

        return new PictureAnswers(head.ClassNames, pictures);
    }

    private static void RefuseUnsealed(byte[] bytes)
    {
        int place = bytes.Length - BehindDigest.Length - Seal.Digits;
        bool isSealed = place > BeforeDigest.Length
            && bytes.AsSpan().EndsWith(Encoding.ASCII.GetBytes(BehindDigest))
            && bytes.AsSpan(0, place).EndsWith(Encoding.ASCII.GetBytes(BeforeDigest));
        if (!isSealed)
        {
            throw new InvalidDataException("it does not end with its digest");
        }

        using var stream = new MemoryStream(bytes, writable: false);
        if (Seal.FindFault(stream, place, Encoding.ASCII.GetString(bytes, place, Seal.Digits)) is { } fault)
        {
            throw new InvalidDataException(fault);
        }
    }

    private static T Read<T>(string line, JsonTypeInfo<T> contract)
        where T : class =>
        JsonSerializer.Deserialize(line, contract) is { } record && !RecordNulls.AreIn(record, contract.Options)
            ? record
            : throw new InvalidDataException("null where a value belongs");

    private static bool IsPossible(PictureAnswer answer, int classes) =>
        answer.Student.Count > 0
        && answer.Label is null or >= 0
        && (answer.Label ?? 0) < classes
        && (answer.Teacher ?? []).Concat(answer.Student)
            .All(ranked => ranked.Class >= 0 && ranked.Class < classes && ranked.Probability is >= 0 and <= 1);
}

/// <summary>Its first line.</summary>
internal sealed record AnswerFileHead(string Format, int Version, IReadOnlyList<string> ClassNames);
