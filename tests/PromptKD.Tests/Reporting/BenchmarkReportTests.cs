using System.Xml.Linq;
using PromptKD.Reporting;

namespace PromptKD.Tests.Reporting;

public sealed class BenchmarkReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    // DTD: base 85, new 70.37: HM 76.998; the paper's 85.84/71.37/77.94. OxfordPets: 96.30 and 98.01 as in the paper.
    private readonly RunOutcome[] _outcomes =
    [
        Outcome("PromptKD", "DescribableTextures", 1, 84, 70.37),
        Outcome("PromptKD", "DescribableTextures", 2, 86, 70.37),
        Outcome("PromptKD", "OxfordPets", 1, 96.30, 98.01),
        Outcome("CoOp", "OxfordPets", 1, 93.67, 95.29),
    ];

    [Fact]
    public void Numbers_stand_beside_the_papers_and_their_difference()
    {
        string markdown = WriteAndRead("report.md");

        Assert.Contains(
            "| DescribableTextures | 85.00 ± 1.00 | 70.37 ± 0.00 | 77.00 ± 0.41 | 85.84 | 71.37 | 77.94 | −0.94 | 1, 2 "
            + "| last epoch |",
            markdown,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Averages_over_some_data_sets_are_compared_with_the_papers_over_the_same()
    {
        // Base (85 + 96.30) / 2 = 90.65; new (70.37 + 98.01) / 2 = 84.19; paper (85.84 + 96.30) / 2 and so on.
        string markdown = WriteAndRead("report.md");

        Assert.Contains("| **average** | 90.65 | 84.19 | 87.30 | 91.07 | 84.69 | 87.76 | −0.46 |", markdown,
            StringComparison.Ordinal);
        Assert.Contains("The averages are over 2 data sets, the paper's table has 11;", markdown,
            StringComparison.Ordinal);
        Assert.Contains("The average's HM is the HM of the means, 87.30, as in the paper;", markdown,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Several_methods_are_compared_on_one_data_set()
    {
        string markdown = WriteAndRead("report.md");

        Assert.Contains("| OxfordPets | CoOp | 93.67 | 95.29 | 94.47 | 94.47 |", markdown, StringComparison.Ordinal);
        Assert.Contains(
            "| OxfordPets | PromptKD | 96.30 | 98.01 | 97.15 | 97.15 |", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_whole_and_holds_the_same_rows()
    {
        string html = WriteAndRead("report.html");

        XElement page = XDocument.Parse(html).Root!;
        Assert.Equal("html", page.Name.LocalName);
        Assert.Equal(3, page.Descendants("table").Count());
        Assert.Contains(page.Descendants("td"), cell => cell.Value == "85.00 ± 1.00");
        Assert.Contains(page.Descendants("li"), line => line.Value == "PromptKD on <Food101>, seed 3");
    }

    [Fact]
    public void Every_seed_is_a_line_of_the_values()
    {
        string[] lines = WriteAndRead("results.csv").TrimEnd().Split('\n');

        Assert.Equal(
            "protocol,trainer,dataset,seed,base,novel,harmonic_mean,accuracy,selection,folders,backbone,shots,configuration,variant",
            lines[0]);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("base2new,CoOp,OxfordPets,1,93.67,95.29,94.47", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",,last epoch,\"runs/a,b\",ViT-B/16,,,", lines[1], StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Is_not_written_over_the_page_of_a_single_run()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "config.yaml"), "SEED: 1\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "report.html"), "of the run");
        var report = new BenchmarkReport(_outcomes);

        string told = report.WriteIfAllowed(_folder.FullName)!;

        Assert.StartsWith($"{_folder.FullName} is the folder of a run", told, StringComparison.Ordinal);
        Assert.Equal(
            $"{told} Give another output folder.",
            Assert.Throws<PromptKDException>(() => report.Write(_folder.FullName)).Message);
        Assert.Null(report.WrittenTo);
        Assert.Equal("of the run", File.ReadAllText(Path.Combine(_folder.FullName, "report.html")));
    }

    private static RunOutcome Outcome(string trainer, string dataset, int seed, double known, double unseen) => new()
    {
        Protocol = Protocol.BaseToNovel,
        Trainer = trainer,
        Dataset = dataset,
        Seed = seed,
        Base = known,
        Novel = unseen,
        Selection = "last epoch",
        Folders = ["runs/a,b"],
    };

    private string WriteAndRead(string file)
    {
        new BenchmarkReport(_outcomes, ["PromptKD on <Food101>, seed 3"]).Write(_folder.FullName);
        return File.ReadAllText(Path.Combine(_folder.FullName, file));
    }
}
