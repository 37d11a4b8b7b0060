using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Onnx;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>
/// Writes a model, whole or not at all. Where it has more than one file of the format may hold, 2 GB, its large
/// constants go into a file beside it, which has their digest in its name: so a model never meets another one's.
/// </summary>
internal static class OnnxFile
{
    /// <summary>
    /// Most bytes of constants that stay inside: the format ends at 2 GiB, and the graph needs some, too.
    /// </summary>
    public const long LargestInside = int.MaxValue - (64L << 20);

    // Smaller ones are shapes and the like: readers want those inside.
    private const int SmallestOutside = 1024;
    private const int DigitsOfName = 12;

    // As the format asks for, so that a reader can map the file into memory.
    private const long Alignment = 4096;

    private const string SidecarEnding = ".json";

    // Until its digest is known.
    private const string Constants = "constants";

    /// <summary>Writes a model, and a text beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Its constants are moved out where they are too many.</param>
    /// <param name="describe">
    /// Is given the file before it has its name, and the digests of what is written, by name; gives the text. What it
    /// throws leaves nothing.
    /// </param>
    /// <param name="largestInside">Most bytes of constants inside.</param>
    /// <exception cref="PromptKDException">It cannot be written, or there is a file already.</exception>
    public static void Write(
        string path,
        ModelProto model,
        Func<string, IReadOnlyDictionary<string, string>, string> describe,
        long largestInside = LargestInside)
    {
        RefuseTaken(path);
        string name = Path.GetFileName(path);
        FileGroup.Write(path, partial =>
        {
            var digests = new Dictionary<string, string>();
            WriteInto(partial, name, model, digests, largestInside);
            WholeFile.WriteText(SidecarOf(Path.Combine(partial, name)), describe(Path.Combine(partial, name), digests));
        });
    }

    /// <summary>Writes a model into a folder that is being filled.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Of the file.</param>
    /// <param name="model">As of <see cref="Write"/>.</param>
    /// <param name="digests">Receives those of what is written, by name.</param>
    /// <param name="largestInside">As of <see cref="Write"/>.</param>
    public static void WriteInto(
        string folder,
        string name,
        ModelProto model,
        Dictionary<string, string> digests,
        long largestInside = LargestInside)
    {
        MoveOut(folder, name, model, largestInside, digests);
        digests[name] = WriteAndDigest(Path.Combine(folder, name), stream => model.WriteTo(stream));
    }

    /// <summary>Refuses a place where something is already: before a long computation, not only behind it.</summary>
    /// <remarks>
    /// The model gets its name last. A text without it, of a call that was cut off there, is written anew.
    /// </remarks>
    /// <exception cref="PromptKDException">There is something of that name, or of that of the text.</exception>
    public static void RefuseTaken(string path)
    {
        string sidecar = SidecarOf(path);
        string? taken = Path.Exists(path) ? path
            : Path.Exists(sidecar) && !Describes(sidecar, Path.GetFileName(path)) ? sidecar
            : null;
        if (taken is not null)
        {
            Remains.Clear(Path.GetDirectoryName(Path.GetFullPath(path))!); // Of a call that was killed at its very end.
            throw new PromptKDException($"'{taken}' is there already. Give a new file, or remove that one.");
        }
    }

    /// <summary>What the text beside a model is called.</summary>
    /// <exception cref="PromptKDException">The model would be called the same.</exception>
    public static string SidecarOf(string path) =>
        Path.GetExtension(path).Equals(SidecarEnding, StringComparison.OrdinalIgnoreCase)
            ? throw new PromptKDException(
                $"'{path}' ends with {SidecarEnding}, as the file beside it does. Call it .onnx.")
            : Path.ChangeExtension(path, SidecarEnding);

    private static bool Describes(string sidecar, string name)
    {
        try
        {
            return SealedJson.Read(sidecar, remedy: "", OnnxJson.Indented.OnnxExportReport).Files.ContainsKey(name);
        }
        catch (PromptKDException)
        {
            return false; // Somebody else's.
        }
    }

    private static void MoveOut(
        string folder, string name, ModelProto model, long largestInside, Dictionary<string, string> digests)
    {
        TensorProto[] large = [.. model.Graph.Initializer.Where(one => one.RawData.Length >= SmallestOutside)];
        if (large.Sum(one => (long)one.RawData.Length) <= largestInside)
        {
            return;
        }

        string digest = WriteAndDigest(Path.Combine(folder, Constants), stream =>
        {
            foreach (TensorProto one in large)
            {
                stream.Write(new byte[(Alignment - (stream.Position % Alignment)) % Alignment]);
                Point(one, "offset", stream.Position.ToString(CultureInfo.InvariantCulture));
                Point(one, "length", one.RawData.Length.ToString(CultureInfo.InvariantCulture));
                stream.Write(one.RawData.Span);
                one.RawData = ByteString.Empty;
                one.DataLocation = TensorProto.Types.DataLocation.External;
            }
        });
        string beside = $"{name}.{digest[..DigitsOfName]}.data";
        foreach (TensorProto one in large)
        {
            Point(one, "location", beside);
        }

        FileGroup.Rename(folder, Constants, beside);
        digests[beside] = digest;
    }

    private static void Point(TensorProto constant, string key, string value) =>
        constant.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });

    private static string WriteAndDigest(string path, Action<Stream> write)
    {
        WholeFile.Write(path, write);
        using FileStream written = RegularFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(written));
    }
}
