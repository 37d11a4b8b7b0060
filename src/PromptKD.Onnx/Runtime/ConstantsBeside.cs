using System.Globalization;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>The files of constants that a graph has beside it, where it is too large for one file.</summary>
internal static class ConstantsBeside
{
    // A graph that has its constants elsewhere is far smaller.
    private const long LargestGraph = 64 << 20;

    // Tag of a tensor's external_data (onnx.proto3, TensorProto, field 13), and what stands in it of a location: an
    // entry (StringStringEntryProto) of the key "location", then the tag of its value. The others follow it.
    private const byte Entry = 0x6A;
    private const byte Key = 0x0A;
    private const byte Value = 0x12;

    private static readonly byte[] s_location = [Key, 8, .. "location"u8, Value];

    /// <summary>
    /// What is wrong with one of them, as the end of a sentence; null where nothing is, or none is needed. For a graph
    /// that could not be loaded.
    /// </summary>
    /// <param name="path">The graph.</param>
    public static string? FindFault(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= LargestGraph })
        {
            return null;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (IGrouping<string, long> file in Parts(RegularFile.ReadAllBytes(path)).GroupBy(part => part.Name, part => part.End))
        {
            var there = new FileInfo(Path.Combine(folder, file.Key));
            if (!there.Exists)
            {
                return $"{file.Key}, which is not there";
            }

            if (there.Length < file.Max())
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Key}, which has {there.Length} of {file.Max()} bytes");
            }
        }

        return null;
    }

    /// <summary>The file of each constant that lies in one, and where it ends there; 0 where that is not said.</summary>
    private static IEnumerable<(string Name, long End)> Parts(byte[] graph)
    {
        for (int start = 0; ;)
        {
            int found = graph.AsSpan(start).IndexOf(s_location);
            int at = start + found + s_location.Length;
            if (found < 0 || ReadText(graph, ref at) is not { } name)
            {
                yield break;
            }

            yield return (name, ReadEnd(graph, at));
            start = at;
        }
    }

    private static long ReadEnd(byte[] graph, int at)
    {
        long offset = 0, length = 0;
        while (at + 2 < graph.Length && graph[at] == Entry && graph[at + 2] == Key)
        {
            at += 3;
            string? key = ReadText(graph, ref at);
            if (at >= graph.Length || graph[at++] != Value
                || !long.TryParse(ReadText(graph, ref at), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                break;
            }

            offset = key == "offset" ? number : offset;
            length = key == "length" ? number : length;
        }

        return length > long.MaxValue - offset ? 0 : offset + length;
    }

    // A length of one byte, and so many bytes of UTF-8; null where the file ends before that.
    private static string? ReadText(byte[] graph, ref int at)
    {
        if (at >= graph.Length || at + 1 + graph[at] > graph.Length)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(graph, at + 1, graph[at]);
        at += 1 + graph[at];
        return text;
    }
}
