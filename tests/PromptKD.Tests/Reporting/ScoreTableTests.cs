using PromptKD.Reporting;

namespace PromptKD.Tests.Reporting;

public sealed class ScoreTableTests
{
    [Fact]
    public void A_row_has_the_mean_and_the_population_deviation_of_its_seeds()
    {
        // (60 + 64 + 68) / 3 = 64; squared distances 16, 0, 16: variance 32 / 3.
        ScoreRow row = Only(Outcome("DescribableTextures", 1, 60, 50), Outcome("DescribableTextures", 2, 64, 50),
            Outcome("DescribableTextures", 3, 68, 50)).Rows.Single();

        Assert.Equal(64, row.Base!.Mean, 12);
        Assert.Equal(Math.Sqrt(32.0 / 3), row.Base.StandardDeviation, 12);
        Assert.Equal(3, row.Base.Values.Count);
        Assert.Equal(0, row.Novel!.StandardDeviation, 12);
    }

    [Fact]
    public void A_row_has_the_harmonic_mean_of_the_means_and_that_of_each_seed()
    {
        // Means 60 and 60. Seeds: 2·40·80/120 = 53.333, 2·80·40/120 = 53.333.
        ScoreRow row = Only(Outcome("EuroSAT", 1, 40, 80), Outcome("EuroSAT", 2, 80, 40)).Rows.Single();

        Assert.Equal(60, row.HarmonicMean!.Value, 12);
        Assert.Equal(160.0 / 3, row.HarmonicMeanOfSeeds!.Mean, 12);
        Assert.Equal(0, row.HarmonicMeanOfSeeds.StandardDeviation, 12);
    }

    [Fact]
    public void A_table_gives_both_averages_of_the_harmonic_mean()
    {
        // Means 60 and 45: 2·60·45/105 = 51.43. Rows: 2·80·40/120 = 53.33 and 2·40·50/90 = 44.44, mean 48.89.
        ScoreTable table = Only(Outcome("EuroSAT", 1, 80, 40), Outcome("Food101", 1, 40, 50));

        Assert.Equal(5400.0 / 105, table.HarmonicMeanOfMeans!.Value, 12);
        Assert.Equal(((160.0 / 3) + (400.0 / 9)) / 2, table.MeanOfHarmonicMeans!.Value, 12);
    }

    [Fact]
    public void Data_sets_stand_in_the_papers_order_and_others_behind_them()
    {
        ScoreTable table = Only(Outcome("Mine", 1, 1, 1), Outcome("EuroSAT", 1, 1, 1), Outcome("ImageNet", 1, 1, 1));

        Assert.Equal(["ImageNet", "EuroSAT", "Mine"], table.Rows.Select(row => row.Dataset));
    }

    [Fact]
    public void The_averages_wait_for_what_is_missing()
    {
        ScoreTable table = Only(Outcome("EuroSAT", 1, 80, 40), Outcome("Food101", 1, 40, null));

        Assert.Null(table.MeanNovel);
        Assert.Null(table.HarmonicMeanOfMeans);
        Assert.Null(table.MeanOfHarmonicMeans);
        Assert.Equal(60, table.MeanBase!.Value, 12);
    }

    [Fact]
    public void Two_runs_of_one_seed_are_refused()
    {
        var error = Assert.Throws<PromptKDException>(
            () => ScoreTable.From([Outcome("EuroSAT", 1, 80, 40), Outcome("EuroSAT", 1, 81, 40)]));

        Assert.Equal(
            "Two runs of PromptKD on EuroSAT have the seed 1: runs/EuroSAT/1 and runs/EuroSAT/1. "
            + "Report on a folder that holds one of them.",
            error.Message);
    }

    [Fact]
    public void The_paper_prints_the_harmonic_mean_of_the_means_in_its_average_row()
    {
        PaperScore average = PaperNumbers.Find(Protocol.BaseToNovel, "PromptKD", PaperNumbers.Average)!;

        Assert.Equal(2 * 86.96 * 80.73 / (86.96 + 80.73), average.HarmonicMean!.Value, 0.01);
    }

    [Theory]
    [InlineData(Protocol.BaseToNovel, 11)]
    [InlineData(Protocol.CrossDataset, 10)]
    [InlineData(Protocol.DomainGeneralisation, 4)]
    public void The_papers_averages_are_those_of_its_rows(Protocol protocol, int datasets)
    {
        IReadOnlyList<string> names = PaperNumbers.Datasets(protocol);

        Assert.Equal(datasets, names.Count);
        foreach (string method in new[] { "PromptKD", "PromptSRC" })
        {
            PaperScore average = PaperNumbers.Find(protocol, method, PaperNumbers.Average)!;
            double?[] rows = [.. names.Select(name => Column(PaperNumbers.Find(protocol, method, name)!))];
            Assert.Equal(Column(average)!.Value, rows.Average()!.Value, 0.015);
        }

        static double? Column(PaperScore score) => score.Accuracy ?? score.Novel;
    }

    private static ScoreTable Only(params RunOutcome[] outcomes) => ScoreTable.From(outcomes).Single();

    private static RunOutcome Outcome(string dataset, int seed, double known, double? unseen) => new()
    {
        Protocol = Protocol.BaseToNovel,
        Trainer = "PromptKD",
        Dataset = dataset,
        Seed = seed,
        Base = known,
        Novel = unseen,
        Selection = "last epoch",
        Folders = [$"runs/{dataset}/{seed}"],
    };
}
