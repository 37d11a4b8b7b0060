using System.Text.RegularExpressions;
using PromptKD.Golden;

namespace PromptKD.Tests.Runtime;

public sealed partial class SettingNamesTests
{
    /// <summary>Words of pages, of the guard and of other programs, which no exception has.</summary>
    private static readonly string[] s_othersWords =
        [
            "ActingKeys.cs", "AnswerSection.cs", "Guard.cs", "HeldOutPictures.cs", "ModelCard.cs", "NvidiaSmi.cs", "ProcessPlace.cs",
            "TaughtMeasurement.cs",
        ];

    [Fact]
    public void A_library_reads_properties_and_a_program_its_options()
    {
        var error = new PromptKDException("'--old' is there. Give ‹teacher-prompts›, or a smaller ‹batch-size›.");

        Assert.Equal("'--old' is there. Give TeacherPrompts, or a smaller DataLoader.TrainX.BatchSize.", error.Message);
        Assert.Equal("'--old' is there. Give --teacher-prompts, or a smaller --batch-size.", error.Describe(name => $"--{name}"));
    }

    [Theory]
    [InlineData("‹a b›")]
    [InlineData("‹A›")]
    [InlineData("‹›")]
    [InlineData("‹--a›")]
    public void What_is_no_setting_stays(string text) => Assert.Equal(text, new PromptKDException(text).Message);

    [Fact]
    public void What_would_break_the_line_is_escaped_in_both() =>
        Assert.Equal(@"a\nb Lr", new PromptKDException("a\nb ‹lr›").Describe(name => "Lr"));

    [Theory]
    [InlineData("PromptKD")]
    [InlineData("PromptKD.Imaging")]
    [InlineData("PromptKD.Onnx")]
    public void No_message_of_a_library_is_written_with_an_option(string library)
    {
        IEnumerable<string> found =
            from file in Directory.EnumerateFiles(Path.Combine(ProjectFolder.Root, "src", library), "*.cs", SearchOption.AllDirectories)
            where !s_othersWords.Contains(Path.GetFileName(file))
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                && !line.Contains("promptkd ", StringComparison.Ordinal)
                && WithOption().IsMatch(line)
            select $"{Path.GetFileName(file)}: {line.Trim()}";

        Assert.Empty(found);
    }

    [GeneratedRegex("\"[^\"]*(?<![\\w-])--[a-z]")]
    private static partial Regex WithOption();
}
