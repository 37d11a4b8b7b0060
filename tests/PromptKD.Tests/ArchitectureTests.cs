using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using PromptKD.Golden;
using PromptKD.Runtime;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace PromptKD.Tests;

/// <summary>Which part may know which: the architecture, as a table.</summary>
public sealed class ArchitectureTests
{
    private const int LongestLine = 120;
    private const int LongestFile = 300;

    // In the order in which they build on each other.
    private static readonly Assembly[] s_assemblies =
        [typeof(PromptKDException).Assembly, Assembly.Load("PromptKD.Onnx"), typeof(Experiment).Assembly];

    private static readonly Architecture s_library = new ArchLoader().LoadAssemblies(s_assemblies).Build();

    private static readonly Architecture s_program =
        new ArchLoader().LoadAssemblies(Assembly.Load("PromptKD.Cli")).Build();

    /// <summary>Each folder of the library, and the folders it may use, in the order in which they are read.</summary>
    public static TheoryData<string, string[]> Folders => new()
    {
        { "Runtime", [] },
        { "Text", ["Runtime"] },
        { "Configuration", ["Runtime", "Text"] },
        { "Data", ["Runtime", "Text", "Configuration"] },
        { "Drawing", ["Runtime", "Data"] },
        { "Models", ["Runtime", "Text"] },
        { "Features", ["Runtime", "Configuration", "Data", "Models"] },
        { "Teachers", ["Runtime", "Configuration", "Text", "Data", "Models", "Features"] },
        { "Methods", ["Runtime", "Configuration", "Text", "Data", "Models", "Features", "Teachers"] },
        { "Evaluation", ["Runtime", "Configuration", "Text", "Data", "Models", "Features"] },
        { "Training", ["Runtime", "Configuration", "Data", "Models", "Methods", "Evaluation"] },
        { "Dassl", ["Runtime", "Configuration", "Data", "Models", "Methods", "Evaluation", "Training"] },
        { "Export", ["Runtime", "Data", "Models", "Teachers", "Methods", "Evaluation"] },
        { "Pages", ["Runtime", "Data", "Drawing", "Evaluation"] },
        { "Inference", ["Runtime", "Configuration", "Text", "Data", "Drawing", "Models", "Features", "Teachers", "Methods", "Evaluation", "Export", "Pages"] },
        { "Runs", ["Runtime", "Configuration", "Text", "Data", "Models", "Features", "Teachers", "Methods", "Evaluation", "Training", "Dassl", "Export", "Pages"] },
        { "Reporting", ["Runtime", "Configuration", "Text", "Data", "Methods", "Evaluation", "Training", "Dassl", "Pages", "Runs"] },
    };

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_the_folders_that_it_may(string folder, string[] allowed)
    {
        string others = string.Join('|', Names().Except([folder, .. allowed]));

        Types().That().ResideInNamespaceMatching($@"^PromptKD\.{folder}($|\.)")
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching($@"^PromptKD\.({others})($|\.)"))
            .Check(s_library);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_knows_of_the_pipeline_above_it_only_the_exception(string folder, string[] allowed)
    {
        Assert.DoesNotContain(folder, allowed);

        Types().That().ResideInNamespaceMatching($@"^PromptKD\.{folder}($|\.)")
            .Should().NotDependOnAny(
                Types().That().ResideInNamespaceMatching("^PromptKD$")
                    .And().DoNotHaveName(nameof(PromptKDException)).And().DoNotHaveName(nameof(PromptKDError)))
            .Check(s_library);
    }

    [Fact]
    public void The_table_names_every_folder_of_the_library()
    {
        IEnumerable<string> folders = s_assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Select(type => type.Namespace ?? "")
            .Where(name => name.StartsWith("PromptKD.", StringComparison.Ordinal))
            .Select(name => name.Split('.')[1]);

        Assert.Equal(Names().Order(StringComparer.Ordinal), folders.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("PromptKD.Imaging", "PromptKDError.cs", "PromptKDException.cs")]
    [InlineData("PromptKD", "Experiment.cs")]
    public void The_roots_hold_the_front_door_and_the_exception_alone(string assembly, params string[] files)
    {
        string root = Path.Combine(ProjectFolder.Root, "src", assembly);

        Assert.Equal(
            files, Directory.EnumerateFiles(root, "*.cs").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Subset(
            Names().ToHashSet(), Directory.EnumerateDirectories(root).Select(one => Path.GetFileName(one)).ToHashSet());
    }

    [Fact]
    public void What_needs_no_libtorch_references_none() =>
        Assert.DoesNotContain(
            typeof(PromptKDException).Assembly.GetReferencedAssemblies(),
            used => used.Name is "TorchSharp" or "OnnxSharp" or "Microsoft.ML.OnnxRuntime" or "PromptKD" or "PromptKD.Onnx");

    [Fact]
    public void What_answers_in_ONNX_Runtime_references_no_libtorch() =>
        Assert.DoesNotContain(
            Assembly.Load("PromptKD.Onnx").GetReferencedAssemblies(),
            used => used.Name is "TorchSharp" or "OnnxSharp" or "PromptKD");

    [Fact]
    public void A_folder_uses_only_folders_that_stand_above_it_in_the_table()
    {
        string[] names = [.. Names()];

        Assert.All(Folders, row => Assert.All(row.Data.Item2, used =>
            Assert.InRange(Array.IndexOf(names, used), 0, Array.IndexOf(names, row.Data.Item1) - 1)));
    }

    [Fact]
    public void A_line_of_the_code_has_no_more_than_120_columns() => Assert.Empty(
        from file in Directory.EnumerateFiles(
            Path.Combine(ProjectFolder.Root, "src"), "*.cs", SearchOption.AllDirectories)
        from line in File.ReadAllLines(file).Index()
        where line.Item.Length > LongestLine
        select $"{Path.GetRelativePath(ProjectFolder.Root, file)}:{line.Index + 1}");

    [Fact]
    public void A_file_has_no_more_than_300_lines() => Assert.Empty(
        from folder in (string[])["src", "tests", "bench", "tools", "samples"]
        from file in Directory.EnumerateFiles(
            Path.Combine(ProjectFolder.Root, folder), "*.cs", SearchOption.AllDirectories)
        where File.ReadLines(file).Count() > LongestFile
        select Path.GetRelativePath(ProjectFolder.Root, file));

    [Theory]
    [InlineData("Configuration")]
    [InlineData("Text")]
    public void A_folder_without_tensors_does_not_know_torch(string folder) =>
        DoesNotUseTorch($@"^PromptKD\.{folder}($|\.)").Check(s_library);

    [Fact]
    public void The_program_uses_what_is_public_and_how_text_is_made_safe_and_links_are_followed()
    {
        Assembly program = Assembly.Load("PromptKD.Cli");
        using FileStream file = File.OpenRead(program.Location);
        using var image = new PEReader(file);
        MetadataReader reader = image.GetMetadataReader();

        Assert.Empty(reader.MemberReferences
            .Where(handle => reader.GetMemberReference(handle).Parent.Kind == HandleKind.TypeReference)
            .Select(handle => program.ManifestModule.ResolveMember(MetadataTokens.GetToken(handle))!)
            .Where(member => member.DeclaringType!.Assembly.GetName().Name!.StartsWith(
                "PromptKD", StringComparison.Ordinal))
            .Where(member => member.DeclaringType != typeof(Printable) && member.DeclaringType != typeof(RealPath))
            .Where(member => !IsVisible(member))
            .Select(member => $"{member.DeclaringType!.FullName}.{member.Name}"));

        static bool IsVisible(MemberInfo member) => member.DeclaringType!.IsVisible && member switch
        {
            MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
            FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
            _ => false,
        };
    }

    [Fact]
    public void The_program_leaves_tensors_to_the_library() =>
        DoesNotUseTorch(@"^PromptKD\.Cli($|\.)").Check(s_program);

    [Fact]
    public void The_rule_against_torch_finds_it_where_it_is_used() =>
        Assert.False(DoesNotUseTorch(@"^PromptKD\.Models($|\.)").HasNoViolations(s_library));

    [Fact]
    public void The_library_does_not_write_to_the_console() =>
        DoesNotUseTheConsole().Check(s_library);

    [Fact]
    public void The_rule_against_the_console_finds_it_where_it_is_used() =>
        Assert.False(DoesNotUseTheConsole().HasNoViolations(s_program));

    private static TypesShouldConjunction DoesNotUseTorch(string namespaces) =>
        Types().That().ResideInNamespaceMatching(namespaces)
            .Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(@"^TorchSharp($|\.)"));

    private static TypesShouldConjunction DoesNotUseTheConsole() =>
        Types().That().ResideInNamespaceMatching(@"^PromptKD($|\.)")
            .Should().NotDependOnAny(Types(true).That().HaveFullName("System.Console"));

    private static IEnumerable<string> Names() => Folders.Select(row => row.Data.Item1);
}
