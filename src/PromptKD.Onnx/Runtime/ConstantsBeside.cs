using System.Text;

namespace PromptKD.Runtime;

/// <summary>The files of constants that a graph has beside it, where it is too large for one file.</summary>
internal static class ConstantsBeside
{
    // A graph that has its constants elsewhere is far smaller.
    private const long LargestGraph = 64 << 20;

    // An entry of a tensor's external_data (onnx.proto3, StringStringEntryProto): key "location", then the value.
    private static readonly byte[] s_location = [0x0A, 8, .. "location"u8, 0x12];

    /// <summary>
    /// One that is not there; null where all are, or none is needed. For a graph that could not be loaded.
    /// </summary>
    /// <param name="path">The graph.</param>
    public static string? FindMissing(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= LargestGraph })
        {
            return null;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Names(RegularFile.ReadAllBytes(path)).Distinct()
            .FirstOrDefault(name => !File.Exists(Path.Combine(folder, name)));
    }

    private static IEnumerable<string> Names(byte[] graph)
    {
        for (int start = 0; ;)
        {
            int found = graph.AsSpan(start).IndexOf(s_location);
            int length = start + found + s_location.Length;
            if (found < 0 || length >= graph.Length || length + 1 + graph[length] > graph.Length)
            {
                yield break;
            }

            yield return Encoding.UTF8.GetString(graph, length + 1, graph[length]);
            start = length + 1;
        }
    }
}
