using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Text;

/// <summary>Reads the merges of a vocabulary from the files in which CLIP models are published.</summary>
internal static class MergeFile
{
    /// <summary>OpenAI's file lists 262,144 merges; its code uses these, so that 49,408 tokens come out.</summary>
    private const int OpenAIMerges = 48_894;

    private const string HuggingFaceMerges = "merges.txt";

    // OpenAI's, the largest, has 3.2 MB when it is unpacked.
    private const int MaxBytes = 8 << 20;

    /// <summary>Reads the merges, the first to be applied first.</summary>
    /// <exception cref="PromptKDException">The file is missing, damaged, or of no known format.</exception>
    public static IReadOnlyList<MergePair> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new PromptKDException($"No vocabulary at '{path}'.");
        }

        try
        {
            return Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".GZ" => ReadOpenAI(path),
                ".TXT" => ReadText(path),
                ".JSON" when IsVocabularyOnly(path) => ReadBeside(path),
                ".JSON" => ReadTokenizerJson(path),
                _ => throw new PromptKDException(
                    $"{path}: not a vocabulary. Give bpe_simple_vocab_16e6.txt.gz, merges.txt or tokenizer.json."),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidDataException or IOException
            or UnauthorizedAccessException)
        {
            throw new PromptKDException($"{path}: cannot be read as a vocabulary ({error.Message}).", error);
        }
    }

    private static List<MergePair> ReadOpenAI(string path)
    {
        using var reader = new StreamReader(Decompress(path));

        // The first line is a heading.
        reader.ReadLine();
        return ParseLines(path, ReadLines(reader).Take(OpenAIMerges), firstLine: 2);
    }

    /// <summary>.NET takes a compressed file that was cut short for a short file; its last four bytes tell.</summary>
    private static MemoryStream Decompress(string path)
    {
        byte[] compressed = ReadBytes(path);
        using var decompressor = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        byte[] unpacked = new byte[MaxBytes + 1];
        int length = decompressor.ReadAtLeast(unpacked, unpacked.Length, throwOnEndOfStream: false);
        if (length > MaxBytes)
        {
            throw TooLarge("unpacked, it");
        }

        var content = new MemoryStream(unpacked, 0, length, writable: false);
        return compressed.Length >= 4
            && BinaryPrimitives.ReadUInt32LittleEndian(compressed.AsSpan(^4)) == content.Length
            ? content
            : throw new PromptKDException($"{path}: the file is cut short. Fetch it again.");
    }

    private static List<MergePair> ReadText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path)));
        List<string> lines = [.. ReadLines(reader)];
        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        bool hasHeading = lines.Count > 0 && lines[0].StartsWith("#version", StringComparison.Ordinal);
        return ParseLines(path, hasHeading ? lines.Skip(1) : lines, firstLine: hasHeading ? 2 : 1);
    }

    private static List<MergePair> ReadBeside(string path)
    {
        string merges = Path.Combine(Path.GetDirectoryName(path) ?? "", HuggingFaceMerges);
        return File.Exists(merges)
            ? ReadText(merges)
            : throw new PromptKDException(
                $"{path}: holds the tokens but not how they are made; that takes the {HuggingFaceMerges} of the same "
                + "model beside it.");
    }

    /// <summary>A <c>vocab.json</c> maps tokens to ids and nothing else; a <c>tokenizer.json</c> has a model.</summary>
    private static bool IsVocabularyOnly(string path)
    {
        using JsonDocument document = JsonText.Parse(ReadBytes(path));
        JsonElement root = document.RootElement;
        return root.ValueKind == JsonValueKind.Object
            && root.EnumerateObject().All(entry => entry.Value.ValueKind == JsonValueKind.Number);
    }

    private static List<MergePair> ReadTokenizerJson(string path)
    {
        using JsonDocument document = JsonText.Parse(ReadBytes(path));
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("model", out JsonElement model)
            || model.ValueKind != JsonValueKind.Object
            || !model.TryGetProperty("merges", out JsonElement merges)
            || merges.ValueKind != JsonValueKind.Array)
        {
            throw new PromptKDException($"{path}: has no model.merges. Is this the tokenizer.json of a CLIP model?");
        }

        var pairs = new List<MergePair>(merges.GetArrayLength());
        foreach (JsonElement merge in merges.EnumerateArray())
        {
            pairs.Add(ParseJson(merge)
                ?? throw new PromptKDException(
                    $"{path}: model.merges[{pairs.Count}] must be \"a b\" or [\"a\", \"b\"], not {merge}."));
        }

        CheckNumbering(path, model, pairs.Count);
        return pairs;
    }

    /// <summary>Refuses a vocabulary whose ids are not CLIP's: its tokens would pick other rows of the table.</summary>
    private static void CheckNumbering(string path, JsonElement model, int merges)
    {
        const string Marker = "<|startoftext|>";
        int expected = 512 + merges;
        if (model.TryGetProperty("vocab", out JsonElement tokens)
            && tokens.ValueKind == JsonValueKind.Object
            && tokens.TryGetProperty(Marker, out JsonElement id)
            && !(id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int found) && found == expected))
        {
            throw new PromptKDException(
                $"{path}: {Marker} has the id {id.GetRawText()}, but a CLIP vocabulary of {merges} merges gives it "
                + $"{expected}.");
        }
    }

    private static MergePair? ParseJson(JsonElement merge) => merge.ValueKind switch
    {
        JsonValueKind.String => ParseLine(merge.GetString()!),
        JsonValueKind.Array when merge.GetArrayLength() == 2
            && merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
            new MergePair(merge[0].GetString()!, merge[1].GetString()!),
        _ => null,
    };

    private static List<MergePair> ParseLines(string path, IEnumerable<string> lines, int firstLine)
    {
        var pairs = new List<MergePair>();
        foreach (string line in lines)
        {
            pairs.Add(ParseLine(line)
                ?? throw new PromptKDException(
                    $"{path}:{firstLine + pairs.Count}: a merge is two symbols with a blank between, not '{line}'."));
        }

        return pairs.Count > 0 ? pairs : throw new PromptKDException($"{path}: has no merges. Is the file complete?");
    }

    private static MergePair? ParseLine(string line)
    {
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0 && blank == line.LastIndexOf(' ') && blank < line.Length - 1
            ? new MergePair(line[..blank], line[(blank + 1)..])
            : null;
    }

    private static byte[] ReadBytes(string path)
    {
        using FileStream stream = RegularFile.Open(path);
        byte[] bytes = stream.Length <= MaxBytes ? new byte[stream.Length] : throw TooLarge("it");
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static InvalidDataException TooLarge(string what) =>
        new($"{what} has more than {MaxBytes} bytes, which no vocabulary of CLIP's has");

    private static IEnumerable<string> ReadLines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
