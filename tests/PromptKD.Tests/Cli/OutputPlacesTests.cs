using System.CommandLine;
using PromptKD.Cli.Commands;

namespace PromptKD.Tests.Cli;

/// <summary>No verb writes over what it reads, nor where its next call would read it.</summary>
public sealed class OutputPlacesTests : IDisposable
{
    private static readonly RootCommand s_root = Verbs.Create();

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public OutputPlacesTests()
    {
        foreach (string file in new[]
        {
            "photos/a.png", "labelled/cat/b.png", "student/model.json", "student/class_vectors.safetensors",
            "clip.safetensors",
        })
        {
            string path = Path.Combine(_folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
        }

        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "photos"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "above"), _folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(
        "--output is '@photos', which is --images, too",
        "distill", "--images", "@photos", "--output", "@photos")]
    [InlineData(
        "--output is '@photos/', which is --images, too",
        "features", "--images", "@photos", "--output", "@photos/")]
    [InlineData("--output is '@link', which is --images, too", "embed", "--images", "@photos", "--output", "@link")]
    [InlineData(
        "--output is '@link/a.png', which is what is classified, too",
        "predict", "@photos/a.png", "--output", "@link/a.png")]
    [InlineData(
        "--output is '@student', which is --student, too",
        "distill", "--student", "@student", "--output", "@student")]
    [InlineData(
        "--output is '@clip.safetensors', which is --checkpoint",
        "export", "--checkpoint", "@clip.safetensors", "--output", "@clip.safetensors")]
    [InlineData(
        "--sort-into is '@student', which is --model, too",
        "predict", "x", "--model", "@student", "--sort-into", "@student")]
    [InlineData(
        "--output is '@student/model.json', a file of --model",
        "predict", "x", "--model", "@student", "--output", "@student/model.json")]
    [InlineData(
        "--json is '@student/model.json', a file of --model",
        "evaluate", "--data", "@labelled", "--model", "@student", "--json", "@student/model.json")]
    [InlineData(
        "a file of --teacher",
        "distill", "--teacher", "@student", "--output", "@student/class_vectors.safetensors")]
    [InlineData(
        "--output is '@photos/a.png', which lies in '@photos', where what is classified reads",
        "predict", "@photos", "--output", "@photos/a.png")]
    [InlineData(
        "lies in '@photos', where --images reads pictures",
        "preview", "--images", "@photos", "--output", "@photos/new")]
    [InlineData(
        "lies in '@photos', where --images reads pictures",
        "preview", "--images", "@photos", "--output", "@above/photos/new/deep")]
    [InlineData(
        "--output is '@above/photos', which is --images, too",
        "distill", "--images", "@above/above/photos", "--output", "@above/photos")]
    [InlineData(
        "lies in '@labelled', where --data reads pictures",
        "evaluate", "--data", "@labelled", "--confusion", "@labelled/c.png")]
    [InlineData("whose folders are the classes of --val", "distill", "--val", "@labelled", "--output", "@labelled/out")]
    [InlineData("whose folders are the classes of --data", "teach", "--data", "@labelled", "--output", "@labelled/out")]
    [InlineData(
        "--mistakes and --confusion are both '@x.png'",
        "evaluate", "--mistakes", "@x.png", "--confusion", "@x.png")]
    [InlineData("--confusion and --confusion are both", "evaluate", "--confusion", "@x.png", "--confusion", "@x.png")]
    [InlineData(
        "OUTPUT_DIR is '@labelled', which is --root, too",
        "train", "--root", "@labelled", "--output-dir", "@new", "OUTPUT_DIR", "@labelled")]
    [InlineData(
        "OUTPUT_DIR is '@labelled', which is DATASET.ROOT, too",
        "train", "DATASET.ROOT", "'@labelled'", "OUTPUT_DIR", "@labelled")]
    [InlineData(
        "--output is '@photos', which is DISTILL.IMAGES, too",
        "distill", "--output", "@photos", "--images", "@nowhere", "DISTILL.IMAGES", "@photos")]
    [InlineData(
        "whose folders are the classes of DISTILL.VAL",
        "distill", "--output", "@labelled/out", "DISTILL.VAL", "@labelled")]
    [InlineData("OUTPUT_DIR is what --output says", "distill", "--output", "@new", "OUTPUT_DIR", "@other")]
    [InlineData(
        "OUTPUT_DIR is what --output says", "benchmark", "base2new", "--output", "@new", "OUTPUT_DIR", "@other")]
    public void Refuses_a_place_that_is_read(string expected, params string[] line)
    {
        Assert.Contains(Errors(line), error => error.Contains(InFolder(expected), StringComparison.Ordinal));
        Assert.All(Errors(line), error => Assert.DoesNotContain('\n', error));
    }

    [Theory]
    [InlineData("distill", "--images", "@photos", "--output", "@photos/run")]
    [InlineData("distill", "--images", "@photos", "--output", "@photos-run")]
    [InlineData("predict", "@photos", "--output", "@photos/answers.csv")]
    [InlineData("predict", "@photos", "--model", "@student", "--output", "@student/answers.csv")]
    [InlineData("evaluate", "--data", "@labelled", "--json", "@labelled/e.json")]
    [InlineData("evaluate", "--data", "@labelled", "--json", "@e.json", "--confusion", "@e.png", "--mistakes", "@m")]
    [InlineData("train", "--root", "@photos", "--model-dir", "@student", "--output-dir", "@student")]
    [InlineData("train", "--root", "@photos", "--output-dir", "@photos", "OUTPUT_DIR", "@new")]
    [InlineData("train", "--root", "@photos", "OUTPUT_DIR", "@photos", "OUTPUT_DIR", "@new")]
    [InlineData("distill", "--images", "@photos", "--output", "@photos", "DISTILL.IMAGES", "@labelled")]
    [InlineData("report", "@student", "--output", "@student")]
    [InlineData("distill", "--images", "@nowhere", "--output", "@nowhere")]
    public void Takes_others(params string[] line) => Assert.DoesNotContain(Errors(line), error =>
        error.Contains("too.", StringComparison.Ordinal) || error.Contains("written over", StringComparison.Ordinal)
        || error.Contains("next call", StringComparison.Ordinal) || error.Contains("both", StringComparison.Ordinal));

    [Fact]
    public void Knows_a_relative_path_and_an_absolute_one_as_the_same()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder);

        Assert.Contains(
            s_root.Parse(["distill", "--val", $"{_folder}/labelled", "--output", $"{relative}/labelled/new"]).Errors,
            error => error.Message.Contains("whose folders are the classes of --val", StringComparison.Ordinal));
    }

    private string[] Errors(string[] line) =>
        [.. s_root.Parse([.. line.Select(InFolder)]).Errors.Select(error => error.Message)];

    private string InFolder(string text) =>
        text.Replace("@", _folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
