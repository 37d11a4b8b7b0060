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
    public void Two_runs_of_one_seed_that_contradict_each_other_are_named_and_left_out()
    {
        var report = new BenchmarkReport(
            [Outcome("EuroSAT", 1, 80, 40), Outcome("EuroSAT", 1, 81, 40), Outcome("EuroSAT", 2, 70, 40)]);

        Assert.Equal(
            "Two runs of PromptKD on EuroSAT have the seed 1 and say different things: runs/EuroSAT/1 and runs/EuroSAT/1. "
            + "Neither is in the tables: report on a folder that holds one of them.",
            Assert.Single(report.Unfinished));
        Assert.Equal(70, report.Tables.Single().Rows.Single().Base!.Mean);
    }

    [Fact]
    public void An_evaluation_that_was_repeated_counts_once()
    {
        var report = new BenchmarkReport([Outcome("EuroSAT", 1, 80, 40), Outcome("EuroSAT", 1, 80, 40)]);

        Assert.Empty(report.Unfinished);
        Assert.Single(report.Tables.Single().Rows.Single().Seeds);
    }

    // Table 1, and Table 10's teacher, in the author's PDF.
    [Fact]
    public void Teacher_and_student_of_the_same_data_set_and_seed_stand_beside_their_own_numbers()
    {
        IReadOnlyList<ScoreTable> tables = ScoreTable.From(
        [
            Outcome("EuroSAT", 1, 80, 40) with { Trainer = "PromptSRC", Shots = 16 },
            Outcome("EuroSAT", 1, 90, 50) with { Trainer = "PromptSRC", Shots = 16, Backbone = "ViT-L/14" },
            Outcome("EuroSAT", 1, 70, 30) with { Trainer = "PromptSRC", Shots = 4 },
        ]);

        Assert.Equal(
            ["PromptSRC, 4 shots", "PromptSRC, 16 shots", "PromptSRC, ViT-L/14"], tables.Select(table => table.Name));
        Assert.Equal([null, 82.32, 88.59], tables.Select(table => table.Rows.Single().Paper?.HarmonicMean));
    }

    // The authors' two logs of ImageNet: 64 pictures a class, as in the ablations, and all.
    [Theory]
    [InlineData(64, 76.22)]
    [InlineData(0, 77.62)]
    [InlineData(16, 74.15)]
    [InlineData(8, null)]
    public void A_student_of_some_pictures_a_class_stands_beside_the_table_that_has_them(int shots, double? mean) =>
        Assert.Equal(mean, Only(Outcome("ImageNet", 1, 1, 1) with { Shots = shots }).Rows.Single().Paper?.HarmonicMean);

    [Theory]
    [InlineData(Protocol.DomainGeneralisation, "CoOp", "average", 59.28)]
    [InlineData(Protocol.DomainGeneralisation, "MaPLe", "average", 60.27)]
    [InlineData(Protocol.CrossDataset, "PromptSRC", "EuroSAT", 45.50)]
    public void Other_methods_have_their_rows(Protocol protocol, string trainer, string dataset, double accuracy) =>
        Assert.Equal(accuracy, PaperNumbers.Find(protocol, trainer, dataset)!.Accuracy);

    [Theory]
    [InlineData(Protocol.BaseToNovel, 87.86)]
    [InlineData(Protocol.CrossDataset, 71.89)]
    public void The_averages_of_the_teachers_tables_are_those_of_their_rows(Protocol protocol, double average)
    {
        double?[] rows =
        [
            .. PaperNumbers.Datasets(protocol)
                .Select(name => PaperNumbers.Find(protocol, "PromptSRC", name, "ViT-L/14")!)
                .Select(score => score.Accuracy ?? score.Base),
        ];

        Assert.Equal(average, rows.Average()!.Value, 0.015);
    }

    // Table 11: the teacher's accuracy on ImageNet, from which it learned, is no part of the average of the other ten.
    [Fact]
    public void The_average_is_over_the_papers_data_sets_and_what_is_left_out_is_said()
    {
        RunOutcome teacher = Outcome("ImageNet", 1, 0, null) with
        {
            Protocol = Protocol.CrossDataset,
            Trainer = "PromptSRC",
            Backbone = "ViT-L/14",
            Base = null,
            Accuracy = 78,
        };

        var report = new BenchmarkReport(
            [teacher, .. PaperNumbers.Datasets(Protocol.CrossDataset).Select(
                name => teacher with { Dataset = name, Accuracy = 72 })]);

        Assert.Equal(["**average**", "72.00", "71.89", "+0.11", "", ""], report.Sections[0].Rows[^1]);
        Assert.Equal(["78.00", "78.12"], report.Sections[0].Rows[^2].Skip(1).Take(2));
        Assert.Equal(
            ["The paper's numbers are those of its Table 11.", "The averages are over the paper's 10 data sets, without ImageNet."],
            report.Sections[0].Notes);
    }

    [Fact]
    public void An_average_of_runs_that_no_table_has_is_over_all_of_them()
    {
        RunOutcome run = Outcome("DTD", 1, 0, null) with { Protocol = Protocol.FewShot, Base = null, Accuracy = 60 };

        Assert.Equal(65, Only(run, run with { Dataset = "EuroSAT", Accuracy = 70 }).MeanAccuracy!.Value, 12);
    }

    [Fact]
    public void Where_there_is_nothing_to_compare_with_that_is_said()
    {
        var report = new BenchmarkReport([Outcome("EuroSAT", 1, 80, 40) with { Backbone = "RN50" }]);

        Assert.StartsWith(
            "The paper has nothing to compare these runs with",
            report.Sections.Single().Notes[^1],
            StringComparison.Ordinal);
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
