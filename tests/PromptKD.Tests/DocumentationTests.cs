using System.Text.RegularExpressions;
using PromptKD.Golden;

namespace PromptKD.Tests;

/// <summary>What the documents say is there: folders, files, headings, options, configurations.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string s_program = Path.Combine(ProjectFolder.Root, "src", "PromptKD.Cli");

    private static readonly string[] s_codeFolders = ["src", "tests", "tools", "samples"];

    /// <summary>Paths of the Markdown files, relative to the checkout.</summary>
    public static TheoryData<string> Documents => [.. FindDocuments()];

    /// <summary>Each folder of the library's assemblies.</summary>
    private static readonly string[] s_assemblies = ["PromptKD.Imaging", "PromptKD.Onnx", "PromptKD"];

    public static TheoryData<string, string> LibraryFolders =>
    [
        .. from project in s_assemblies
           from folder in new DirectoryInfo(Path.Combine(ProjectFolder.Root, "src", project)).GetDirectories()
           select (project, folder.Name),
    ];

    public static TheoryData<string> Configurations =>
    [
        .. Directory.EnumerateFiles(Path.Combine(ProjectFolder.Root, "configs"), "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Path.Combine(ProjectFolder.Root, "configs"), path).Replace('\\', '/')),
    ];

    [Theory]
    [MemberData(nameof(LibraryFolders))]
    public void A_folder_of_the_library_is_on_the_map_and_in_the_architecture(string project, string folder)
    {
        Assert.Contains($"](src/{project}/{folder})", Read("README.md"), StringComparison.Ordinal);
        Assert.Contains($"\n| {folder} |", Read("docs/architecture.md"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void A_configuration_is_named_in_the_documents(string file)
    {
        string name = file[(file.IndexOf('/', StringComparison.Ordinal) + 1)..];

        Assert.Contains($"`{name}`", Read("docs/configuration.md"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_somewhere(string document) => Assert.All(
        Links(document), link => Assert.True(Resolves(document, link), link));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_option_of_the_program_exists(string document)
    {
        string[] known = [.. OptionName().Matches(ProgramSource()).Select(match => match.Value), "--help"];

        Assert.All(OptionsOfTheProgram(document), option => Assert.Contains(option, known));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_verb_of_the_program_exists(string document) => Assert.All(
        Commands(document).Select(command => command.Groups["verb"].Value), verb => Assert.True(IsVerb(verb), verb));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Nothing_belongs_to_one_machine_or_waits_to_be_filled_in(string document) => Assert.DoesNotMatch(
        MachinePathOrPlaceholder(), Read(document));

    [Fact]
    public void Every_document_that_the_code_refers_to_exists()
    {
        IEnumerable<string> named = s_codeFolders
            .SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(ProjectFolder.Root, folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => DocumentPath().Matches(File.ReadAllText(file)).Select(match => match.Value));

        Assert.All(named, path => Assert.True(File.Exists(Path.Combine(ProjectFolder.Root, path)), path));
    }

    internal static IEnumerable<string> FindDocuments()
    {
        string[] ignored = [.. File.ReadLines(Path.Combine(ProjectFolder.Root, ".gitignore"))
            .Where(line => line.EndsWith('/'))];
        return Directory.EnumerateFiles(ProjectFolder.Root, "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(ProjectFolder.Root, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith('.')
                && !ignored.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(ProjectFolder.Root, document));

    private static string ProgramSource() => string.Concat(
        Directory.EnumerateFiles(Path.Combine(s_program, "Commands"), "*.cs").Select(File.ReadAllText));

    private static bool IsVerb(string verb) => File.Exists(
        Path.Combine(s_program, "Commands", $"{char.ToUpperInvariant(verb[0])}{verb[1..]}Command.cs"));

    /// <summary>Targets of links in the text, without code, where brackets are something else.</summary>
    private static IEnumerable<string> Links(string document) =>
        Link().Matches(Code().Replace(Read(document), " "))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal));

    private static bool Resolves(string document, string link)
    {
        string[] parts = link.Split('#', 2);
        string folder = Path.GetDirectoryName(Path.Combine(ProjectFolder.Root, document))!;
        string target = parts[0].Length == 0
            ? Path.Combine(ProjectFolder.Root, document)
            : Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(parts[0])));
        return parts.Length == 1
            ? File.Exists(target) || Directory.Exists(target)
            : File.Exists(target) && Anchors(File.ReadAllText(target)).Contains(parts[1]);
    }

    /// <summary>What GitHub makes of headings: lower case, without punctuation, with hyphens for blanks.</summary>
    private static IEnumerable<string> Anchors(string markdown) =>
        Heading().Matches(FencedCode().Replace(markdown, ""))
            .Select(match => NotInAnchors().Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), ""))
            .Select(text => text.Replace(' ', '-'));

    /// <summary>Commands of the program, continued lines joined.</summary>
    private static MatchCollection Commands(string document) =>
        Command().Matches(Read(document).Replace("\\\n", " ", StringComparison.Ordinal));

    /// <summary>Options in commands of the program; in the guides to it, also those that stand alone in code.</summary>
    private static IEnumerable<string> OptionsOfTheProgram(string document)
    {
        IEnumerable<string> inCommands = Commands(document)
            .SelectMany(command => OptionName().Matches(command.Value).Select(match => match.Value));
        bool isGuide = document == "README.md" || document.StartsWith("docs/", StringComparison.Ordinal);
        return isGuide
            ? inCommands.Concat(OptionAlone().Matches(Read(document)).Select(match => match.Groups["name"].Value))
            : inCommands;
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]+`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedCode();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"(?:\./|`| {2,})promptkd (?<verb>[a-z]+)[^\n`#]*")]
    private static partial Regex Command();

    [GeneratedRegex("--[a-z][a-z0-9-]*")]
    private static partial Regex OptionName();

    [GeneratedRegex("`(?<name>--[a-z][a-z0-9-]*)(?: [^`]*)?`")]
    private static partial Regex OptionAlone();

    [GeneratedRegex(@"\bdocs/[\w/-]+\.md\b")]
    private static partial Regex DocumentPath();

    [GeneratedRegex(@"(?<![\w.:/~-])/(?:home|root|tmp|mnt|work|Users)/|@[A-Z]+@|\b(?:TODO|FIXME)\b")]
    private static partial Regex MachinePathOrPlaceholder();
}
