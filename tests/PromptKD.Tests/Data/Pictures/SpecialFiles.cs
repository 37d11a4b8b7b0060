using System.Diagnostics;

namespace PromptKD.Tests.Data.Pictures;

/// <summary>Things that have a picture's name but cannot be read like one.</summary>
internal static class SpecialFiles
{
    /// <summary>Makes one of each in a folder.</summary>
    /// <returns>Their paths and what is wrong with them, in ordinal order.</returns>
    public static IReadOnlyList<(string Path, string Reason)> Make(string folder)
    {
        string dangling = Path.Combine(folder, "dangling.png"), device = Path.Combine(folder, "device.png");
        string empty = Path.Combine(folder, "empty.png"), inner = Path.Combine(folder, "folder.png");
        string missing = Path.Combine(folder, "missing.png"), pipe = Path.Combine(folder, "pipe.png");
        File.CreateSymbolicLink(dangling, Path.Combine(folder, "nowhere.png"));
        File.CreateSymbolicLink(device, "/dev/zero");
        File.WriteAllBytes(empty, []);
        Directory.CreateDirectory(inner);
        using (var program = Process.Start("mkfifo", [pipe]))
        {
            program.WaitForExit();
            Assert.Equal(0, program.ExitCode);
        }

        return
        [
            (dangling, "no such file"),
            (device, "a device, not a regular file"),
            (empty, "the file is empty"),
            (inner, "a folder, not a file"),
            (missing, "no such file"),
            (pipe, "a named pipe, not a regular file"),
        ];
    }
}
