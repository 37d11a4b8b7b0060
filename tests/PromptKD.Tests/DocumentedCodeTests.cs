using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PromptKD.Golden;

namespace PromptKD.Tests;

/// <summary>C# in documents that say how a program uses the library compiles as it stands there.</summary>
public sealed partial class DocumentedCodeTests
{
    /// <summary>What the documents speak of as a program's own.</summary>
    private const string Given = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using static Given;

        internal static class Given
        {
            public static byte[] bytes = [], pixels = [];
            public static Stream upload = Stream.Null;
            public static IAsyncEnumerable<PromptKD.Inference.PictureInput> comingPictures = null!;
            public static PromptKD.Configuration.ExperimentConfig config = null!;
            public static PromptKD.Training.ITrainingObserver? observer;
            public static Microsoft.Extensions.Logging.ILogger logger = null!;
            public static Microsoft.Extensions.DependencyInjection.IServiceCollection services = null!;
            public static Microsoft.AspNetCore.Builder.WebApplicationBuilder builder = null!;
            public static Microsoft.AspNetCore.Builder.WebApplication app = null!;
            public static CancellationToken cancellationToken;
        }
        """;

    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> s_references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Fragments of the project's own code: for contributors, who have what is around them.</summary>
    private static readonly string[] s_fragments = ["docs/how-to/add-a-data-set.md", "docs/tensor-lifetime.md"];

    public static TheoryData<string, int> Blocks =>
    [
        .. DocumentationTests.FindDocuments()
            .Except(s_fragments)
            .SelectMany(document => Enumerable.Range(0, Read(document).Length).Select(block => (document, block))),
    ];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Compiles(string document, int block) => Assert.Empty(Errors(Read(document)[block]));

    [Fact]
    public void What_is_not_there_is_found() =>
        Assert.NotEmpty(Errors("PromptKD.Inference.StudentClassifier.Load(\"student\").Guess();"));

    private static string[] Read(string document) =>
    [
        .. CodeBlock().Matches(File.ReadAllText(Path.Combine(ProjectFolder.Root, document)))
            .Select(match => match.Groups["code"].Value),
    ];

    private static IEnumerable<string> Errors(string code) => CSharpCompilation.Create(
        "documented",
        [CSharpSyntaxTree.ParseText(Given, s_language), CSharpSyntaxTree.ParseText(code, s_language)],
        s_references.Value,
        new CSharpCompilationOptions(
            OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))
        .GetDiagnostics(TestContext.Current.CancellationToken)
        .Where(found => found.Severity == DiagnosticSeverity.Error)
        .Select(found => found.ToString());

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
