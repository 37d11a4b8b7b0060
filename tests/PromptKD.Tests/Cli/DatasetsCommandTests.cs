using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Cli;

public sealed class DatasetsCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("promptkd-datasets-").FullName;

    [Fact]
    public void List_names_all_with_the_papers_counts_and_says_which_are_there()
    {
        FakeDatasets.Create("EuroSAT", _root);

        string[] lines = CliProgram.Run("datasets", "list", "--root", _root).Succeeds().OutputLines;

        Assert.Equal(16, lines.Length);
        Assert.Equal(
            ["EuroSAT", "10", "13500", "8100", "4200", "3900", "yes"],
            Columns(lines.Single(line => line.StartsWith("EuroSAT", StringComparison.Ordinal))));
        Assert.Equal(
            ["Food101", "101", "50500", "30300", "15300", "15000", "no"],
            Columns(lines.Single(line => line.StartsWith("Food101", StringComparison.Ordinal))));
    }

    [Fact]
    public void Show_says_where_it_comes_from_and_how_it_has_to_lie()
    {
        string output = CliProgram.Run("datasets", "show", "oxford_flowers").Succeeds().Output;

        Assert.Contains("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/", output, StringComparison.Ordinal);
        Assert.Contains("oxford_flowers/split_zhou_OxfordFlowers.json", output, StringComparison.Ordinal);
        Assert.Contains("a photo of a {}, a type of flower.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_prints_every_fault_and_ends_with_one_line()
    {
        FakeDatasets.Create("EuroSAT", _root);

        CliResult result = CliProgram.Run("datasets", "check", "EuroSAT", "--root", _root);

        Assert.Equal(
            $"promptkd: EuroSAT below '{_root}' has 4 faults: 4 classes, but the published set has 10.",
            result.Mistake());
        Assert.Equal(4, result.OutputLines.Count(line => line.StartsWith("fault: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_missing_root_is_asked_for() => Assert.Equal(
        "promptkd: Option '--root' is required. See promptkd datasets check --help.",
        CliProgram.Run("datasets", "check", "EuroSAT").Mistake());

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string[] Columns(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
