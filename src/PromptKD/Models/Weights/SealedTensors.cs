using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// Safetensors files of our own, which carry a digest of themselves: the first text of the header's metadata,
/// <c>promptkd.sha256</c>, a <see cref="Seal"/>. Any reader of safetensors reads them.
/// </summary>
internal static class SealedTensors
{
    /// <summary>The digest's name among the metadata.</summary>
    public const string Key = "promptkd.sha256";

    // Behind the eight bytes of the header's length.
    private const string Before = $"{{\"__metadata__\":{{\"{Key}\":\"";

    private static readonly int s_place = sizeof(long) + Before.Length;

    /// <summary>Writes a sealed file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">In this order; equal tensors give equal bytes.</param>
    /// <param name="metadata">Free-form strings of the header; null for none.</param>
    /// <param name="previous">Where the old file is kept; null to replace it.</param>
    /// <returns>The digest.</returns>
    /// <exception cref="PromptKDException">The file cannot be written; an older one is kept.</exception>
    public static string Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null,
        string? previous = null)
    {
        var texts = new OrderedDictionary<string, string> { [Key] = Seal.Blank };
        foreach ((string key, string text) in metadata ?? [])
        {
            texts.Add(key, text);
        }

        string digest = "";
        if (previous is null)
        {
            WholeFile.Write(path, WriteTo);
        }
        else
        {
            WholeFile.Rotate(path, previous, WriteTo);
        }

        return digest;

        void WriteTo(Stream stream)
        {
            SafetensorsFile.WriteTo(stream, tensors, texts);
            digest = Seal.Apply(stream, s_place);
        }
    }

    /// <summary>Reads a sealed file: every tensor, in its stored element type, on the CPU, and the metadata.</summary>
    /// <exception cref="PromptKDException">
    /// It is missing or damaged. The message says so without saying what to do: <paramref name="remedy"/> does.
    /// </exception>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(
        string path, string remedy)
    {
        if (FindFault(path) is { } fault)
        {
            throw new PromptKDException($"{path}: {fault}. {remedy}");
        }

        return (SafetensorsFile.Read(path), SafetensorsFile.ReadMetadata(path));
    }

    /// <summary>What is wrong with a file that should be sealed, in words; null where nothing is.</summary>
    public static string? FindFault(string path)
    {
        if (!File.Exists(path))
        {
            return "missing";
        }

        try
        {
            using FileStream stream = RegularFile.Open(path);
            return DigestIn(stream) is not { } expected
                ? "damaged: it does not begin with its digest"
                : Seal.FindFault(stream, s_place, expected) is { } fault ? $"damaged: {fault}" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return RegularFile.ReasonOf(error) ?? error.Message;
        }
    }

    /// <summary>The digest that a sealed file says it has.</summary>
    /// <exception cref="InvalidDataException">It is not sealed.</exception>
    public static string DigestOf(string path)
    {
        using FileStream stream = RegularFile.Open(path);
        return DigestIn(stream) ?? throw new InvalidDataException($"{path} is not sealed.");
    }

    /// <summary>The digest that a file should carry, by what is in it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Compute(string path)
    {
        using FileStream stream = RegularFile.Open(path);
        return Seal.Compute(stream, s_place);
    }

    /// <summary>The digest that a file says it has; null for one that is not sealed.</summary>
    /// <param name="stream">The file. It is left somewhere else.</param>
    public static string? DigestIn(Stream stream)
    {
        byte[] start = new byte[s_place + Seal.Digits];
        stream.Position = 0;
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        string text = Encoding.ASCII.GetString(start, 0, length);
        return length == start.Length
            && text.AsSpan(sizeof(long)).StartsWith(Before)
            && Seal.IsDigest(text.AsSpan(s_place))
                ? text[s_place..]
                : null;
    }

    /// <summary>Refuses a damaged file among those that may or may not be sealed: ours, and other people's.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="stream">The same, open. It is left somewhere else.</param>
    /// <exception cref="PromptKDException">It is sealed, and damaged.</exception>
    public static void RefuseDamage(string path, Stream stream)
    {
        if (DigestIn(stream) is { } expected && Seal.FindFault(stream, s_place, expected) is { } fault)
        {
            throw new PromptKDException($"{path}: damaged: {fault}. Copy it again.");
        }
    }
}
