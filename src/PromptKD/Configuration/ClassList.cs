using PromptKD.Runtime;

namespace PromptKD.Configuration;

/// <summary>Class names as a user gives them.</summary>
public static class ClassList
{
    /// <summary>Reads a list.</summary>
    /// <param name="given">A file with one name a line (blank lines are skipped), or a comma-separated list.</param>
    /// <exception cref="PromptKDException">
    /// A file is meant but not there, cannot be read or is no regular file, or it holds no names.
    /// </exception>
    public static IReadOnlyList<string> Read(string given)
    {
        bool isFile = File.Exists(given);
        bool isPath = given.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)
            || given.Contains(Path.DirectorySeparatorChar);
        if (isPath && !isFile)
        {
            throw new PromptKDException($"No file of class names at '{given}'.");
        }

        string[] names = isFile
            ? RegularFile.Explain(given, ReadFile)
            : [.. given.Split(',').Select(name => name.Trim())];
        return names.Length > 0 ? names : throw new PromptKDException($"'{given}' holds no class names.");
    }

    private static string[] ReadFile(string path) =>
        [.. RegularFile.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
}
