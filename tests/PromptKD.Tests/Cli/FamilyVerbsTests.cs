using System.Text.Json;
using PromptKD.Export;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Cli;

/// <summary>Teachers of each family with each command that takes a teacher, or the student of one.</summary>
[Collection(CommandLine.Name)]
public sealed class FamilyVerbsTests(DistilledRun run, FamilyRuns families) : IClassFixture<FamilyRuns>
{
    private const int Pictures = 48;

    /// <summary>Each family with each command.</summary>
    public static TheoryData<string, string> Table => new MatrixTheoryData<string, string>(
        ["SigLIP", "EVA-02", "ConvNeXt", "MobileCLIP"],
        ["preview", "distill", "evaluate", "classes", "predict", "embed", "features", "profile", "export", "serve"]);

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_command_takes_every_family(string family, string command)
    {
        string teacher = families.Teacher(family);
        string[] vocabulary = FamilyRuns.Vocabulary(family);
        string package = families.Student(family, run);
        switch (command)
        {
            case "preview":
                Previews(teacher, vocabulary);
                break;
            case "distill":
                Assert.Null(StudentPackage.FindFault(package));
                Assert.Equal(FamilyRuns.Width(family), StudentPackage.ReadManifest(package).TeacherEmbedding);
                break;
            case "evaluate":
                Evaluates(package);
                break;
            case "classes":
                GrowsByAClass(package, teacher, vocabulary);
                break;
            case "predict":
                Assert.Equal(Pictures, Answers(package).Count);
                break;
            case "embed":
                Embeds(package, teacher, FamilyRuns.Width(family));
                break;
            case "features":
                StoresWhatDistilsAlike(family, package, teacher);
                break;
            case "profile":
                CountsWhatTheFileHolds(teacher);
                break;
            case "export":
                AnswersAlike(package, families.Graph(family, run));
                break;
            default:
                await Serves(package, families.Graph(family, run));
                break;
        }
    }

    private void Previews(string teacher, string[] vocabulary)
    {
        CliResult result = CliProgram.Run(
        [
            "preview", "--teacher", teacher, "--classes", run.Options["--classes"], "--images", run.Photos, "--student",
            DistilledRun.StudentFolder, "--sample", "12", "--json", .. vocabulary,
        ]).Succeeds();

        using var document = JsonDocument.Parse(Assert.Single(result.OutputLines));
        Assert.Equal(12, document.RootElement.GetProperty("sample").GetInt32());
    }

    private void Evaluates(string package)
    {
        string file = run.NewPath(".json");
        CliProgram.Run("evaluate", "--model", package, "--data", run.TestPictures, "--json", file).Succeeds();

        using var document = JsonDocument.Parse(File.ReadAllText(file));
        int right = Answers(package).Count(one => Path.GetFileName(Path.GetDirectoryName(one.Picture)) == one.Class);
        Assert.Equal(Pictures, document.RootElement.GetProperty("pictures").GetInt32());
        Assert.Equal(100.0 * right / Pictures, document.RootElement.GetProperty("all").GetDouble(), 6);
    }

    private void GrowsByAClass(string package, string teacher, string[] vocabulary)
    {
        string larger = run.NewPath();
        CliProgram.Run(
            ["classes", "add", "purple dog", "--model", package, "--teacher", teacher, "--output", larger, .. vocabulary]).Succeeds();

        using DisposeScope scope = NewDisposeScope();
        Tensor before = SafetensorsFile.Read(Path.Combine(package, "class_vectors.safetensors"))["class_vectors"];
        Tensor after = SafetensorsFile.Read(Path.Combine(larger, "class_vectors.safetensors"))["class_vectors"];
        Assert.Equal("purple dog", StudentPackage.ReadManifest(larger).ClassNames[^1]);
        Assert.True(allclose(before, after[..^1], 1e-6, 1e-6), "Vectors of the old classes changed.");
        Assert.Equal(1, after[-1].norm().item<float>(), 4);
        Assert.All(before.matmul(after[-1]).data<float>(), cosine => Assert.True(cosine < 0.9999f));
    }

    private void Embeds(string package, string teacher, int width)
    {
        CliResult result = CliProgram.Run(
            "embed", "--images", run.TestPictures, "--student", package, "--teacher", teacher, "--no-map", "--output",
            run.NewPath())
            .Succeeds();

        Assert.Equal($"48 pictures of 48 classes: student 48 × {width}, teacher 48 × {width}", result.OutputLines[0]);
    }

    // A store of the features that the live teacher gave, in the same views, is learned from to the same student.
    private void StoresWhatDistilsAlike(string family, string package, string teacher)
    {
        string store = run.NewPath();
        CliProgram.Run(
            "features", "--teacher", teacher, "--images", run.Photos, "--output", store, "--recipe", "paper", "--views",
            "1",
            "--precision", "fp32").Succeeds();
        string again = run.NewPath();
        CliProgram.Run(families.Arguments(family, run, again, ("--store", store))).Succeeds();

        IReadOnlyList<GivenAnswer> live = Answers(package);
        Assert.All(
            live.Zip(Answers(Path.Combine(again, "student"))),
            pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 2e-2));
    }

    // Running statistics are not learned, and SigLIP's bias is the same for all classes: neither is counted.
    private static void CountsWhatTheFileHolds(string teacher)
    {
        CliResult result = CliProgram.Run("profile", "--clip", teacher, "--no-speed", "--json").Succeeds();

        using DisposeScope scope = NewDisposeScope();
        string file = Directory.EnumerateFiles(teacher, "*.safetensors").Single();
        long expected = SafetensorsFile.Read(file)
            .Where(one => one.Key != "logit_bias" && !one.Key.Contains("running_", StringComparison.Ordinal))
            .Sum(one => one.Value.numel());
        using var document = JsonDocument.Parse(Assert.Single(result.OutputLines));
        Assert.Equal(expected, document.RootElement.GetProperty("parameters").GetInt64());
    }

    private void AnswersAlike(string package, string graph)
    {
        IReadOnlyList<GivenAnswer> expected = Answers(package);

        Assert.All(expected.Zip(Answers(graph)), pair =>
        {
            Assert.Equal(pair.First.Picture, pair.Second.Picture);
            Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-4);
        });
    }

    private async Task Serves(string package, string graph)
    {
        (string picture, string name, _) = Answers(package)[0];
        using ServedModels served = await ServedModels.Start(
            "--model", $"package={package}", "--model", $"graph={graph}");

        foreach (string model in new[] { "package", "graph" })
        {
            using var document = JsonDocument.Parse(await served.Classify(model, picture));
            JsonElement answer = document.RootElement.GetProperty("predictions")[0].GetProperty("classes")[0];
            Assert.Equal(name, answer.GetProperty("name").GetString());
        }
    }

    private IReadOnlyList<GivenAnswer> Answers(string model) => families.Answers(model, run);
}
