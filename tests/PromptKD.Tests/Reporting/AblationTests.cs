using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Golden;
using PromptKD.Reporting;
using PromptKD.Reporting.Benchmarks;

namespace PromptKD.Tests.Reporting;

/// <summary>The paper's ablations: with which settings each row is made, and which number stands beside it.</summary>
public sealed class AblationTests
{
    [Fact]
    public void Each_row_is_a_run_that_says_what_it_is()
    {
        foreach (Ablation ablation in Ablation.All)
        {
            BenchmarkRun[] students = [.. Runs(ablation).Where(run => run.CountsInTable)];

            Assert.Equal(students.Length, students.Select(run => run.Folder).Distinct().Count());
            Assert.Equal(
                ablation.Rows.Select(row => (row.Variant, row.Backbone, row.Shots)),
                students.Select(run => (
                    StudentVariant.Of(run.Config, [TeacherOf(run.Config)]),
                    run.Config.Model.Backbone.Name,
                    run.Config.Dataset.NumShots)));
        }
    }

    [Theory]
    [InlineData("loss", "L1", 69.35)]
    [InlineData("loss", "KL", 76.22)]
    [InlineData("parts", "full fine-tuning", 73.34)]
    [InlineData("teachers", "CLIP", 74.50)]
    [InlineData("teachers", "MaPLe", 75.95)]
    [InlineData("teachers", "CoCoOp", null)]
    [InlineData("projector", "3", 75.78)]
    [InlineData("students", "ViT-B/32", 71.70)]
    [InlineData("students", "RN50", null)]
    [InlineData("epochs", "60", 76.66)]
    [InlineData("images", "16", 74.15)]
    [InlineData("images", "all", 77.62)]
    [InlineData("teacher-size", "ViT-B/16", 74.09)]
    [InlineData("temperature", "4", 71.57)]
    public void The_papers_row_stands_beside_it(string name, string row, double? harmonicMean)
    {
        Ablation ablation = Ablation.Find(name);
        var report = new BenchmarkReport(ablation.Rows.Select(one => Outcome(one, seed: 1)));

        Assert.Empty(report.Unfinished);
        ReportSection section = Assert.Single(
            report.Sections, one => one.Title.StartsWith(ablation.Source + ",", StringComparison.Ordinal));
        IReadOnlyList<string> cells = Assert.Single(section.Rows, cells => cells[0] == row);
        string shown = harmonicMean?.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture) ?? "–";
        Assert.Equal(shown, cells[6]);
        Assert.Equal(
            harmonicMean is null, section.Notes.Any(note => note.StartsWith(row + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_ablation_stands_first_where_all_runs_belong_to_one_and_behind_the_methods_tables_else()
    {
        // A teacher that was made for a row was not tested on new classes.
        RunOutcome[] runs =
        [
            .. Ablation.Find("loss").Rows.Select(one => Outcome(one, seed: 1)),
            Outcome(Ablation.Find("loss").Rows[2], seed: 1) with { Trainer = "PromptSRC", Novel = null },
        ];

        IReadOnlyList<ReportSection> alone = new BenchmarkReport(runs).Sections;
        IReadOnlyList<ReportSection> mixed = new BenchmarkReport(
            [.. runs, Outcome(Ablation.Find("loss").Rows[2], seed: 1) with { Dataset = "EuroSAT" }]).Sections;

        Assert.StartsWith("Table 4,", alone[0].Title);
        Assert.StartsWith("Table 4,", mixed[^1].Title);
    }

    [Fact]
    public void A_curve_is_drawn_of_rows_that_lie_on_a_line()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;

        new BenchmarkReport(Ablation.Find("figure6").Rows.Select(one => Outcome(one, seed: 1))).Write(folder);

        string html = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Equal(2, html.Split("<polyline").Length - 1);
        Assert.Contains(">0.5</text>", html);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_teacher_of_another_size_is_made_first()
    {
        BenchmarkRun[] runs = [.. Runs(Ablation.Find("teacher-size"))];

        Assert.Equal(
            ["PromptSRC", "PromptKD", "PromptSRC", "PromptKD", "PromptKD"],
            runs.Select(run => run.Config.Trainer.Name));
        Assert.Equal("ViT-B/32", runs[0].Config.Model.Backbone.Name);
        Assert.Equal(
            Path.Combine(runs[0].Folder, "VLPromptLearner", "model.pth.tar-20"), runs[1].Config.Distill.TeacherPrompts);
    }

    [Fact]
    public void A_teacher_of_each_method_is_made_first_on_the_teachers_own_clip()
    {
        BenchmarkRun[] runs =
        [
            .. Runs(
                Ablation.Find("table6"),
                "DISTILL.STUDENT",
                "small",
                "DISTILL.TEACHER",
                "large",
                "DATASET.NUM_SHOTS",
                "8"),
        ];

        Assert.Equal(
            ["PromptKD", "CoOp", "PromptKD", "CoCoOp", "PromptKD", "MaPLe", "PromptKD", "IVLP", "PromptKD", "PromptKD"],
            runs.Select(run => run.Config.Trainer.Name));
        Assert.All(runs.Where(run => !run.CountsInTable), run => Assert.Equal(
            ("large", 16, "base", "ViT-L/14"),
            (run.Config.Distill.Student, run.Config.Dataset.NumShots, run.Config.Dataset.SubsampleClasses,
                run.Config.Model.Backbone.Name)));
        Assert.All(runs.Where(run => run.CountsInTable), run => Assert.Equal(
            ("small", "large", 8),
            (run.Config.Distill.Student, run.Config.Distill.Teacher, run.Config.Dataset.NumShots)));
        Assert.EndsWith(
            Path.Combine("CoCoOp", "prompt_learner", "model.pth.tar-10"), runs[4].Config.Distill.TeacherPrompts);
        Assert.EndsWith(
            Path.Combine("MultiModalPromptLearner", "model.pth.tar-5"), runs[6].Config.Distill.TeacherPrompts);
    }

    [Fact]
    public void Rows_that_share_another_setting_are_compared_with_each_other_but_not_with_the_papers()
    {
        RunOutcome[] runs =
        [
            .. Ablation.Find("loss").Rows.Select(row => Outcome(row, seed: 1) with
            {
                Variant = string.Join(' ', new[] { row.Variant, "MAX_EPOCH=2" }.Where(part => part.Length > 0)),
                Shots = 8,
            }),
        ];

        ReportSection section = Assert.Single(
            new BenchmarkReport(runs).Sections, one => one.Title.StartsWith("Table 4,", StringComparison.Ordinal));
        Assert.Equal(["L1", "MSE", "KL"], section.Rows.Select(cells => cells[0]));
        Assert.EndsWith("ImageNet (8 pictures a class, MAX_EPOCH=2)", section.Title);
        Assert.All(section.Rows, cells => Assert.Equal("–", cells[6]));
        Assert.Contains("nothing to stand beside", Assert.Single(section.Notes));

        // One of them alone with the rest makes no table.
        Assert.DoesNotContain(
            new BenchmarkReport([runs[0], Outcome(Ablation.Find("loss").Rows[1], seed: 1)]).Sections,
            one => one.Title.StartsWith("Table 4,", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("loss", "DISTILL.FURTHER_TEACHERS", "more")]
    [InlineData("images", "DATASET.NUM_SHOTS", "8")]
    [InlineData("teachers", "DISTILL.STORE", "store")]
    [InlineData("teacher-size", "DISTILL.TEACHER", "large")]
    [InlineData("students", "DISTILL.STUDENT", "small")]
    public void What_would_be_the_same_in_all_rows_is_refused(string name, string key, string value)
    {
        var fault = Assert.Throws<PromptKDException>(() => Runs(Ablation.Find(name), key, value));

        Assert.Contains(key, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void Methods_are_not_compared_and_labels_reach_those_who_learn_from_them()
    {
        BenchmarkPlan plan = Plan(Ablation.Find("loss"));
        Assert.Contains("Trainers", Assert.Throws<PromptKDException>((plan with { Trainers = ["CoOp"] }).Runs).Message);
        Assert.Contains("Shots", Assert.Throws<PromptKDException>((plan with { Shots = 4 }).Runs).Message);
        Assert.Equal(4, (Plan(Ablation.Find("teachers")) with { Shots = 4 }).Runs()[1].Config.Dataset.NumShots);
    }

    [Theory]
    [InlineData("los", "loss")]
    [InlineData("temprature", "temperature")]
    public void An_unknown_one_suggests_its_neighbour(string given, string meant) =>
        Assert.Contains($"Did you mean {meant}?", Assert.Throws<PromptKDException>(() => Ablation.Find(given)).Message);

    [Fact]
    public void What_the_rows_differ_in_cannot_be_given() => Assert.Contains(
        "TRAINER.PROMPTKD.TEMPERATURE",
        Assert.Throws<PromptKDException>(
            () => Runs(Ablation.Find("temperature"), "TRAINER.PROMPTKD.TEMPERATURE", "3")).Message);

    private static IReadOnlyList<BenchmarkRun> Runs(Ablation ablation, params string[] overrides) =>
        Plan(ablation, overrides).Runs();

    private static BenchmarkPlan Plan(Ablation ablation, params string[] overrides) => new()
    {
        Protocol = Protocol.BaseToNovel,
        Ablation = ablation,
        Root = "data",
        Output = "out",
        Seeds = [1],
        Configs = Path.Combine(ProjectFolder.Root, "configs"),
        Overrides = overrides,
    };

    // As the checkpoints say it: those that the rows' own teachers leave lie in folders of the method's name.
    private static string TeacherOf(ExperimentConfig config) => config.Distill.TeacherPrompts switch
    {
        "none" => "",
        "" => "PromptSRC",
        string file => file.Split(Path.DirectorySeparatorChar)[1],
    };

    private static RunOutcome Outcome(AblationRow row, int seed) => new()
    {
        Protocol = Protocol.BaseToNovel,
        Trainer = "PromptKD",
        Dataset = "ImageNet",
        Seed = seed,
        Backbone = row.Backbone,
        Shots = row.Shots,
        Variant = row.Variant,
        Base = 80,
        Novel = 70,
        Selection = "last epoch",
        Folders = [row.Name],
    };
}
