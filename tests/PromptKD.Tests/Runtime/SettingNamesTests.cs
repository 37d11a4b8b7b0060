using System.CommandLine;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using PromptKD.Cli.Commands;
using PromptKD.Golden;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed partial class SettingNamesTests
{
    private static readonly string[] s_libraries =
        ["PromptKD", "PromptKD.Imaging", "PromptKD.Onnx", "PromptKD.Decoders", "PromptKD.Extensions.AI", "PromptKD.Server"];

    /// <summary>Files whose literals are no messages to callers of the library.</summary>
    private static readonly string[] s_othersWords =
    [
        "ActingKeys.cs", // The verb that a key acts in, by its name.
        "ModelCard.cs", "OriginCard.cs", // Pages for whoever finds the package: how to use it with the program.
        "NvidiaSmi.cs", "ProcessPlace.cs", // Options of other programs.
        "ServerProgram.cs", // A program, with options of its own.
        "SettingNames.cs", // The table of them.
        "ZipSeal.cs", // A mark in files.
    ];

    [Fact]
    public void A_library_reads_properties_and_a_program_its_options()
    {
        var error = new PromptKDException("'--old' is there. Give ‹teacher-prompts›, or a smaller ‹batch-size›.");

        Assert.Equal("'--old' is there. Give TeacherPrompts, or a smaller DataLoader.TrainX.BatchSize.", error.Message);
        Assert.Equal(
            "'--old' is there. Give --teacher-prompts, or a smaller --batch-size.",
            error.Describe(name => $"--{name}"));
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

    [Fact]
    public void A_command_is_a_method_in_the_library_and_is_typed_in_the_program()
    {
        var error = new PromptKDException("No student. ‹promptkd export› makes one.");

        Assert.Equal("No student. OnnxExport.Write makes one.", error.Message);
        Assert.Equal("No student. promptkd export makes one.", error.Describe(OptionNames.Of));
        Assert.Equal("Give --lr.", new PromptKDException("Give ‹lr›.").Describe(OptionNames.Of));
    }

    [Fact]
    public void What_both_hear_has_plain_words() =>
        Assert.Equal("a smaller batch size", new PromptKDException("a smaller ‹batch-size›").InWords);

    [Fact]
    public void Every_command_in_a_message_is_one_of_the_program_and_has_a_public_method()
    {
        string[] commands =
        [
            .. Literals().SelectMany(literal => MarkedCommand().Matches(literal.Text)).Select(
                found => found.Groups[1].Value)
                .Distinct(),
        ];

        Assert.NotEmpty(commands);
        Assert.All(commands, command =>
        {
            Command? found = Verbs.Create();
            foreach (string word in command.Split(' ').Skip(1))
            {
                found = found?.Subcommands.FirstOrDefault(one => one.Name == word);
            }

            Assert.NotNull(found);
            string[] member = SettingNames.PropertyOf(command).Split('.');
            Assert.Contains(
                typeof(Experiment).Assembly.GetExportedTypes(),
                type => type.Name == member[0] && type.GetMember(member[1]).Length > 0);
        });
    }

    [Fact]
    public void No_message_of_a_library_is_written_with_an_option_or_a_command() =>
        Assert.Empty(Literals()
            .Where(literal => !s_othersWords.Contains(literal.File) && OptionOrCommand().IsMatch(literal.Text))
            .Select(literal => $"{literal.File}: {literal.Text}"));

    [Theory]
    [InlineData("Give --lr.", true)]
    [InlineData("(--recipe best)", true)]
    [InlineData("promptkd datasets list names all.", true)]
    [InlineData("‹promptkd datasets list› names all.", false)]
    [InlineData("promptkd 1.2", false)]
    [InlineData("a--b", false)]
    public void The_rule_finds_options_and_commands(string text, bool isFound) =>
        Assert.Equal(isFound, OptionOrCommand().IsMatch(text));

    // Whoever writes a warning with the text of a mistake does not know who reads it.
    [Theory]
    [InlineData("PromptKD", "Benchmark.cs")] // Asks its plan what a setting is called.
    [InlineData("PromptKD.Imaging")]
    [InlineData("PromptKD.Onnx")]
    public void A_mistake_that_is_told_on_is_told_in_plain_words(string library, params string[] others) =>
        Assert.Empty(
            from file in Files(library)
            where !others.Contains(Path.GetFileName(file))
            from Match caught in Caught().Matches(File.ReadAllText(file))
            where Regex.IsMatch(caught.Value, $@"\b{caught.Groups["name"].Value}\.Message\b")
            select $"{Path.GetFileName(file)}: {caught.Value}");

    private static IEnumerable<string> Files(string library) => Directory.EnumerateFiles(
        Path.Combine(ProjectFolder.Root, "src", library), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<(string File, string Text)> Literals() =>
        from library in s_libraries
        from file in Files(library)
        from token in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantTokens()
        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
        select (Path.GetFileName(file), token.Text);

    [GeneratedRegex(@"(?<![\w-])--[a-z]|(?<!‹)promptkd [a-z]")]
    private static partial Regex OptionOrCommand();

    [GeneratedRegex("‹(promptkd [a-z ]+)›")]
    private static partial Regex MarkedCommand();

    [GeneratedRegex(@"catch \(PromptKDException (?<name>\w+)\).*?\n +\}", RegexOptions.Singleline)]
    private static partial Regex Caught();
}
