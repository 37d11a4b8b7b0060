namespace PromptKD.Cli.Commands;

/// <summary>Class names as a user gives them.</summary>
internal static class ClassList
{
    /// <param name="given">A file with one name a line (blank lines are skipped), or a comma-separated list.</param>
    /// <exception cref="PromptKDException">A file is meant but not there, or it holds no names.</exception>
    public static IEnumerable<string> Read(string given)
    {
        bool isFile = File.Exists(given);
        bool isPath = given.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)
            || given.Contains(Path.DirectorySeparatorChar);
        if (isPath && !isFile)
        {
            throw new PromptKDException($"No file of class names at '{given}'.");
        }

        string[] names = isFile
            ? [.. File.ReadLines(given).Select(line => line.Trim()).Where(line => line.Length > 0)]
            : [.. given.Split(',').Select(name => name.Trim())];
        return names.Length > 0 ? names : throw new PromptKDException($"'{given}' holds no class names.");
    }
}
