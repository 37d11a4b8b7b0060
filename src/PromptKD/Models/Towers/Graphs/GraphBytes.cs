using System.Globalization;
using Google.Protobuf;
using Onnx;
using PromptKD.Runtime;

namespace PromptKD.Models.Towers.Graphs;

/// <summary>An ONNX file as a student's package keeps it: whole, what lies in files beside it taken in.</summary>
internal static class GraphBytes
{
    // A file of the format ends at 2 GiB; a student of half of that is none for small machines.
    private const long Most = 1L << 30;

    /// <summary>Reads a file with its constants.</summary>
    /// <exception cref="PromptKDException">It cannot be read, or is too large to be part of a package.</exception>
    public static byte[] Read(string path)
    {
        var summary = GraphSummary.Read(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] files = [path, .. summary.Beside.Select(name => Path.Combine(folder, name))];
        long total = files.Sum(file => RegularFile.Explain(file, one =>
        {
            using FileStream stream = RegularFile.Open(one);
            return stream.Length;
        }));
        if (total > Most)
        {
            throw new PromptKDException(
                $"{path}: {total >> 20} MB with its constants; a student's package holds graphs of up to {Most >> 20} "
                + "MB.");
        }

        byte[] bytes = RegularFile.ReadAllBytes(path);
        return summary.Beside.Count == 0 ? bytes : TakeIn(path, folder, bytes);
    }

    private static byte[] TakeIn(string path, string folder, byte[] bytes)
    {
        var model = ModelProto.Parser.ParseFrom(bytes);
        var files = new Dictionary<string, byte[]>();
        foreach (TensorProto constant in model.Graph.Initializer)
        {
            if (constant.DataLocation != TensorProto.Types.DataLocation.External)
            {
                continue;
            }

            string name = Find(constant, "location") ?? throw Damaged(path, constant);
            if (!files.TryGetValue(name, out byte[]? all))
            {
                files[name] = all = RegularFile.ReadAllBytes(Path.Combine(folder, name));
            }

            long offset = Number(path, constant, "offset") ?? 0;
            long length = Number(path, constant, "length") ?? (all.Length - offset);
            if (offset < 0 || length < 0 || offset + length > all.Length)
            {
                throw Damaged(path, constant);
            }

            constant.RawData = ByteString.CopyFrom(all.AsSpan((int)offset, (int)length));
            constant.ExternalData.Clear();
            constant.DataLocation = TensorProto.Types.DataLocation.Default;
        }

        return model.ToByteArray();
    }

    private static string? Find(TensorProto constant, string key) =>
        constant.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static long? Number(string path, TensorProto constant, string key) =>
        Find(constant, key) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw Damaged(path, constant);

    private static PromptKDException Damaged(string path, TensorProto constant) => new(
        $"{path}: the file beside it does not hold the constant '{Printable.Line(constant.Name)}'. Do both belong "
        + "together?");
}
