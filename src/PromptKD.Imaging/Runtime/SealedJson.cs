using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PromptKD.Runtime;

/// <summary>
/// A record as a JSON file that carries a digest of itself: the last property, <c>"sha256"</c>, a <see cref="Seal"/>.
/// </summary>
internal static class SealedJson
{
    private const long LargestFile = 64 << 20;
    private const string Before = ",\n  \"sha256\": \"";
    private const string Behind = "\"\n}\n";

    /// <summary>The text of the file: equal records give equal bytes.</summary>
    /// <param name="record">What to write.</param>
    /// <param name="contract">Of a context with <see cref="RecordJson.Indented"/>.</param>
    public static string Write<T>(T record, JsonTypeInfo<T> contract)
    {
        string open = JsonSerializer.Serialize(record, contract)[..^"\n}".Length] + Before;
        using var stream = new MemoryStream();
        stream.Write(Encoding.UTF8.GetBytes(open + Seal.Blank + Behind));
        Seal.Apply(stream, Encoding.UTF8.GetByteCount(open));
        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Reads a file that <see cref="Write"/> made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">What to do where it is damaged, a sentence.</param>
    /// <param name="contract">As of <see cref="Write"/>.</param>
    /// <exception cref="PromptKDException">It cannot be read, is damaged, or is no such file.</exception>
    public static T Read<T>(string path, string remedy, JsonTypeInfo<T> contract)
        where T : class
    {
        byte[] bytes = ReadBytes(path, remedy);
        string? fault = FindFault(bytes);
        return fault is null ? Parse(path, bytes, remedy, contract) : throw Damaged(path, fault, remedy);
    }

    /// <summary>As <see cref="Read"/>, of a file that may carry no digest: others may write one, too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">What to do where it is damaged, a sentence.</param>
    /// <param name="contract">As of <see cref="Write"/>.</param>
    /// <exception cref="PromptKDException">As <see cref="Read"/>.</exception>
    public static T ReadAny<T>(string path, string remedy, JsonTypeInfo<T> contract)
        where T : class
    {
        byte[] bytes = ReadBytes(path, remedy);
        bool isSealed = PlaceOf(bytes) is not null;
        return (isSealed || bytes.Length == 0) && FindFault(bytes) is { } fault
            ? throw Damaged(path, fault, remedy)
            : Parse(path, bytes, remedy, contract);
    }

    private static byte[] ReadBytes(string path, string remedy)
    {
        try
        {
            return RegularFile.Explain(path, file => BoundedBytes.ReadFile(file, LargestFile));
        }
        catch (InvalidDataException error)
        {
            throw Damaged(path, error.Message, remedy);
        }
    }

    private static T Parse<T>(string path, byte[] bytes, string remedy, JsonTypeInfo<T> contract)
        where T : class
    {
        try
        {
            T record = JsonSerializer.Deserialize(bytes, contract)
                ?? throw Damaged(path, "it holds nothing", remedy);
            return RecordNulls.AreIn(record, contract.Options)
                ? throw Damaged(path, "null where a value belongs", remedy)
                : record;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException
            or InvalidOperationException)
        {
            throw Damaged(path, JsonFault.Describe(error), remedy);
        }
    }

    private static string? FindFault(byte[] bytes)
    {
        if (PlaceOf(bytes) is not { } place)
        {
            return bytes.Length == 0 ? "it is empty" : "it does not end with its digest";
        }

        using var stream = new MemoryStream(bytes, writable: false);
        return Seal.FindFault(stream, place, Encoding.ASCII.GetString(bytes, place, Seal.Digits));
    }

    private static int? PlaceOf(ReadOnlySpan<byte> bytes)
    {
        int place = bytes.Length - Behind.Length - Seal.Digits;
        return place >= Before.Length
            && bytes.EndsWith(Encoding.ASCII.GetBytes(Behind))
            && bytes[..place].EndsWith(Encoding.ASCII.GetBytes(Before))
                ? place
                : null;
    }

    private static PromptKDException Damaged(string path, string fault, string remedy) =>
        new($"{path}: damaged: {fault}. {remedy}");
}
