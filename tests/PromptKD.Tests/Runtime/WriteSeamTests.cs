using System.Text.RegularExpressions;
using PromptKD.Golden;

namespace PromptKD.Tests.Runtime;

/// <summary>Whatever the library writes goes through Runtime, where faults become one line.</summary>
public sealed partial class WriteSeamTests
{
    private static readonly string[] s_assemblies = ["PromptKD.Imaging", "PromptKD.Onnx", "PromptKD"];

    // The bridge to libtorch is written into memory.
    private static readonly string[] s_others = ["LibTorchLoader.cs"];

    [Fact]
    public void No_other_folder_of_the_library_writes_files_by_itself()
    {
        string source = Path.Combine(ProjectFolder.Root, "src");
        IEnumerable<string> writing =
            from assembly in s_assemblies
            from file in Directory.EnumerateFiles(Path.Combine(source, assembly), "*.cs", SearchOption.AllDirectories)
            where Path.GetFileName(Path.GetDirectoryName(file)) != "Runtime" && !s_others.Contains(
                Path.GetFileName(file))
            from line in File.ReadLines(file)
            where Writing().IsMatch(line)
            select $"{Path.GetRelativePath(source, file)}: {line.Trim()}";

        Assert.Empty(writing);
    }

    /// <summary>
    /// .NET makes all that is missing above a folder, too: a held folder that was moved away would be made anew.
    /// </summary>
    [Fact]
    public void Folders_are_made_where_a_held_one_is_not_made_anew() => Assert.Equal(
        ["Download.cs", "FolderHold.cs"], // The cache; and what makes one level at a time.
        Directory.EnumerateFiles(Path.Combine(ProjectFolder.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("Directory.CreateDirectory(", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(file)).Order());

    [Theory]
    [InlineData("File.WriteAllText(path, text);", true)]
    [InlineData("new FileStream(path, FileMode.Create)", true)]
    [InlineData("Directory.CreateDirectory(folder);", true)]
    [InlineData("WholeFile.WriteText(path, text);", false)]
    [InlineData("new FileStream(path, FileMode.Open, FileAccess.Read)", false)]
    public void Knows_a_write(string line, bool writes) => Assert.Equal(writes, Writing().IsMatch(line));

    [GeneratedRegex(@"\bFile\.(Write|Append|Create|Move|Copy|Delete|Replace|OpenWrite|Set)\w*\("
        + @"|\bDirectory\.(Create|Delete|Move)\w*\(|FileMode\.(Create|CreateNew|Append|OpenOrCreate|Truncate)\b"
        + @"|new StreamWriter\((?!stream)")]
    private static partial Regex Writing();
}
