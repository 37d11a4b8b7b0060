using System.Runtime.CompilerServices;
using PromptKD.Golden;

namespace PromptKD.Tests;

/// <summary>Holds a text to the one that was accepted last: <c>Snapshots/{TestClass}.{Test}.txt</c>.</summary>
internal static class Snapshot
{
    /// <summary>
    /// Compares; with PROMPTKD_ACCEPT=1 it rewrites the file instead, and the difference is for review.
    /// </summary>
    public static void Verify(string text, [CallerFilePath] string file = "", [CallerMemberName] string test = "")
    {
        string name = $"{Path.GetFileNameWithoutExtension(file)}.{test}.txt";
        string path = Path.Combine(ProjectFolder.Root, "tests", "PromptKD.Tests", "Snapshots", name);
        string given = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("PROMPTKD_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, given);
        }

        Assert.True(File.Exists(path), $"No snapshot {name}. PROMPTKD_ACCEPT=1 writes it.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), given);
    }
}
