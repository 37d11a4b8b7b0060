using System.Globalization;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>The files of constants that a graph has beside it, where it is too large for one file.</summary>
internal static class ConstantsBeside
{
    // A graph that has its constants elsewhere is far smaller.
    private const long LargestGraph = 64 << 20;

    // Tags of a tensor's external_data (onnx.proto3, TensorProto, field 13), and of the two texts of such an entry
    // (StringStringEntryProto).
    private const byte Entry = 0x6A;
    private const byte Key = 0x0A;
    private const byte Value = 0x12;

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
        foreach (IGrouping<string, long> file in
            Parts(RegularFile.ReadAllBytes(path)).GroupBy(part => part.Name, part => part.End))
        {
            var there = new FileInfo(Path.Combine(folder, file.Key));
            if (!there.Exists)
            {
                return $"{file.Key}, which is not there";
            }

            if (there.Length < file.Max())
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"{file.Key}, which has {there.Length} of {file.Max()} bytes");
            }
        }

        return null;
    }

    /// <summary>The file of each constant that lies in one, and where it ends there; 0 where nothing says.</summary>
    private static IEnumerable<(string Name, long End)> Parts(byte[] graph)
    {
        // The entries of one constant stand behind each other, in any order.
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int at = 0; at < graph.Length;)
        {
            if (ReadEntry(graph, ref at) is { } entry)
            {
                entries[entry.Key] = entry.Value;
            }
            else
            {
                at++;
                if (entries.TryGetValue("location", out string? name))
                {
                    yield return (name, EndOf(entries));
                }

                entries.Clear();
            }
        }
    }

    private static long EndOf(Dictionary<string, string> entries)
    {
        (long offset, long length) = (Number("offset"), Number("length"));
        return length > long.MaxValue - offset ? 0 : offset + length;

        long Number(string key) => long.TryParse(
            entries.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : 0;
    }

    // Null, and at the same place, where none begins.
    private static KeyValuePair<string, string>? ReadEntry(byte[] graph, ref int at)
    {
        int next = at + 2;
        if (graph[at] == Entry
            && ReadText(graph, ref next, Key) is { } key
            && ReadText(graph, ref next, Value) is { } value
            && next == at + 2 + graph[at + 1])
        {
            at = next;
            return KeyValuePair.Create(key, value);
        }

        return null;
    }

    // A tag, a length of one byte, and so many bytes of UTF-8.
    private static string? ReadText(byte[] graph, ref int at, byte tag)
    {
        if (at + 2 > graph.Length || graph[at] != tag || at + 2 + graph[at + 1] > graph.Length)
        {
            return null;
        }

        int length = graph[at + 1];
        string text = Encoding.UTF8.GetString(graph, at + 2, length);
        at += 2 + length;
        return text;
    }
}
