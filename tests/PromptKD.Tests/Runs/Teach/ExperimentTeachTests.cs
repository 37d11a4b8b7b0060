using System.Security.Cryptography;
using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runs.Teach;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Teach;

/// <summary>
/// <see cref="Experiment.Teach"/> on four class folders, with tiny random CLIPs. It starts torch's one random
/// generator, so no other test may run beside it.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ExperimentTeachTests : IDisposable
{
    private readonly TeachingRuns _runs = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Learns_the_shots_of_the_base_classes_and_measures_on_all_other_pictures()
    {
        TeachingReport report = Teach(_runs.Config());

        Assert.Equal(TeachingRuns.Classes[..2], report.LearnedClasses);
        Assert.Equal(4, report.Pictures);
        Assert.Equal((4 * 3) - 4, report.Taught!.Pictures);
        Assert.NotNull(report.Taught.HarmonicMean);
        Assert.Equal(Path.Combine(_runs.Output("run"), "VLPromptLearner", "model.pth.tar-2"), report.Checkpoint);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(report.Checkpoint))), report.CheckpointSha256);
        using var file = PromptCheckpoint.ReadTeacher(report.Checkpoint);
        Assert.Equal([4, TinyClip.Architecture.TextWidth], file.TextContext!.shape);
    }

    [Fact]
    public void Measures_on_the_validation_folder_where_there_is_one()
    {
        ExperimentConfig config = _runs.Config();
        string validation = Path.Combine(_runs.Folder, "validation");
        foreach (string name in TeachingRuns.Classes)
        {
            Directory.CreateDirectory(Path.Combine(validation, name));
            File.Copy(Path.Combine(_runs.Labelled, name, "001.png"), Path.Combine(validation, name, "001.png"));
        }

        TeachingReport report = Teach(config with { Distill = config.Distill with { Val = validation } });

        Assert.Equal("validation folder", report.MeasuredOn);
        Assert.Equal(4, report.Taught!.Pictures);
    }

    [Fact]
    public void Takes_every_picture_with_0_shots_and_then_has_nothing_to_measure_on()
    {
        ExperimentConfig config = _runs.Config();
        config = config with
        {
            Dataset = config.Dataset with { NumShots = 0 },
            Distill = config.Distill with { Base = 0 },
        };

        TeachingReport report = Teach(config);

        Assert.Equal(12, report.Pictures);
        Assert.Equal(TeachingRuns.Classes, report.LearnedClasses);
        Assert.Null(report.Taught);
        Assert.Null(report.MeasuredOn);
    }

    [Fact]
    public void Counts_classes_with_fewer_pictures_than_shots_and_takes_all_of_theirs()
    {
        File.Delete(Path.Combine(_runs.Labelled, TeachingRuns.Classes[1], "001.png"));
        File.Delete(Path.Combine(_runs.Labelled, TeachingRuns.Classes[1], "002.png"));

        TeachingReport report = Teach(_runs.Config());

        Assert.Equal(1, report.ShortClasses);
        Assert.Equal(2 + 1, report.Pictures);
        Assert.Contains(
            $"1 of 2 classes have fewer than 2 pictures, '{TeachingRuns.Classes[1]}' only 1",
            File.ReadAllText(Path.Combine(_runs.Output("run"), "log.txt")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_of_folders_that_are_called_by_codes_unless_names_were_given()
    {
        foreach ((int number, string name) in TeachingRuns.Classes.Index())
        {
            Directory.Move(Path.Combine(_runs.Labelled, name), Path.Combine(_runs.Labelled, $"n0144076{number}"));
        }

        ExperimentConfig config = _runs.Config();
        string[] codes = [.. Directory.GetDirectories(_runs.Labelled).Select(path => Path.GetFileName(path)).Order()];

        Assert.Contains(Warnings([]), warning => warning.StartsWith(
            "all 4 class names are numbers or codes, 'n01440760' the first (folders' names).",
            StringComparison.Ordinal));
        Assert.DoesNotContain(Warnings(codes), warning => warning.Contains("codes", StringComparison.Ordinal));

        IReadOnlyList<string> Warnings(string[] names) =>
            new TeachKind(config with { Distill = config.Distill with { Classes = [.. names] } })
                .Resolve(Stop).Warnings;
    }

    [Fact]
    public void Draws_other_shots_with_another_seed()
    {
        string first = Teach(_runs.Config("first")).Inputs["pictures"];
        string again = Teach(_runs.Config("again")).Inputs["pictures"];
        string second = Teach(_runs.Config("second") with { Seed = 2 }).Inputs["pictures"];

        Assert.Equal(first, again);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Needs_no_folders_of_novel_classes()
    {
        Directory.Delete(Path.Combine(_runs.Labelled, TeachingRuns.Classes[2]), recursive: true);
        Directory.Delete(Path.Combine(_runs.Labelled, TeachingRuns.Classes[3]), recursive: true);

        TeachingReport report = Teach(_runs.Config());

        Assert.NotNull(report.Taught!.Base);
        Assert.Null(report.Taught.Novel);
    }

    [Fact]
    public void Refuses_a_class_without_a_picture()
    {
        foreach (string picture in Directory.GetFiles(Path.Combine(_runs.Labelled, TeachingRuns.Classes[0])))
        {
            File.Delete(picture);
        }

        File.WriteAllText(Path.Combine(_runs.Labelled, TeachingRuns.Classes[0], "notes.txt"), "no picture");

        Assert.StartsWith(
            $"No picture of the class '{TeachingRuns.Classes[0]}' in '{_runs.Labelled}'",
            Mistake(_runs.Config()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_as_many_base_classes_as_there_are_classes()
    {
        ExperimentConfig config = _runs.Config();

        Assert.StartsWith(
            "Base is 4, but ",
            Mistake(config with { Distill = config.Distill with { Base = 4 } }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_method_that_learns_from_no_labels()
    {
        ExperimentConfig config = _runs.Config();

        Assert.StartsWith(
            "TRAINER.NAME is PromptKD, which learns from no labels. Teachers are made by CoOp, CoCoOp, MaPLe, IVLP, PromptSRC",
            Mistake(config with { Trainer = config.Trainer with { Name = "PromptKD" } }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CoOp", "TRAINER.COOP.N_CTX", "3")]
    [InlineData("CoOp", "TRAINER.COOP.CTX_INIT", "a photo of", "TRAINER.COOP.CLASS_TOKEN_POSITION", "middle")]
    [InlineData("CoCoOp", "TRAINER.COCOOP.CTX_INIT", "a photo")]
    [InlineData("MaPLe", "TRAINER.MAPLE.N_CTX", "3")]
    [InlineData("IVLP", "TRAINER.IVLP.N_CTX_TEXT", "3")]
    [InlineData("PromptSRC", "TRAINER.PROMPTSRC.CTX_INIT", "")]
    public void Teachers_of_all_methods_are_measured_as_distilling_uses_them(string name, params string[] settings)
    {
        ExperimentConfig fp32 = _runs.Config().MergeOverrides(
            ["TRAINER.NAME", name, "OPTIM.LR", "0.1", $"TRAINER.{name.ToUpperInvariant()}.PREC", "fp32", .. settings]);
        ExperimentConfig distillation = _runs.Distillation("run");
        distillation = distillation with { Distill = distillation.Distill with { Val = _runs.Labelled } };

        (TeachingReport teacher, _) = Experiment.TeachAndDistil(
            TwoStages.Join(fp32, distillation, Stop), cancellationToken: Stop);

        Assert.Equal(name, teacher.Method);
        PictureAnswer[] taught = [.. AnswerFile.ReadIfAny(Path.Combine(_runs.Output("run"), "teacher"))!.Pictures];
        PictureAnswer[] used = [.. AnswerFile.ReadIfAny(_runs.Output("run"))!.Of(PictureAnswers.Validation)];
        Assert.Equal(4 * 3, taught.Length);
        foreach ((PictureAnswer one, PictureAnswer other) in taught.Zip(used))
        {
            Assert.Equal(one.Picture, other.Picture);
            Assert.Equal(Probabilities(one.Student), Probabilities(other.Teacher!));
        }

        Assert.NotEqual(
            taught.SelectMany(one => Probabilities(one.Teacher!)),
            taught.SelectMany(one => Probabilities(one.Student)));
    }

    [Fact]
    public void Refuses_words_of_each_class_where_some_classes_are_not_learned() => Assert.Equal(
        "TRAINER.COOP.CSC gives each class words of its own, and 2 of 4 classes are learned (Base). Learn all of them, or leave "
        + "CSC out.",
        Mistake(_runs.Config().MergeOverrides(["TRAINER.NAME", "CoOp", "TRAINER.COOP.CSC", "True"])));

    [Fact]
    public void Refuses_to_store_what_cocoop_says_before_it_is_taught()
    {
        ExperimentConfig teaching = _runs.Config().MergeOverrides(["TRAINER.NAME", "CoCoOp"]);
        ExperimentConfig distillation = _runs.Distillation("run").MergeOverrides(["DISTILL.VIEWS", "2"]);

        Assert.StartsWith(
            "CoCoOp's teacher encodes the classes anew for each picture, and DISTILL.VIEWS is 2",
            Assert.Throws<PromptKDException>(() => TwoStages.Join(teaching, distillation, Stop)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_other_settings_and_other_pictures_in_the_folder_of_a_finished_run()
    {
        ExperimentConfig config = _runs.Config();
        Teach(config);

        string settings = Mistake(config with { Dataset = config.Dataset with { NumShots = 1 } });
        foreach (string name in TeachingRuns.Classes[..2])
        {
            File.AppendAllText(Path.Combine(_runs.Labelled, name, "001.png"), " ");
            File.AppendAllText(Path.Combine(_runs.Labelled, name, "002.png"), " ");
        }

        Assert.Contains("DATASET.NUM_SHOTS is 2 and 1", settings, StringComparison.Ordinal);
        Assert.Contains("holds a run with other pictures", Mistake(config), StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_a_finished_run_again_without_a_step()
    {
        TeachingReport first = Teach(_runs.Config());
        var observer = new Interrupter(null);

        TeachingReport second = Experiment.Teach(_runs.Config(), observer, Stop);

        Assert.Equal(0, observer.Steps);
        Assert.Equal((first.ZeroShot, first.Taught), (second.ZeroShot, second.Taught));
        Assert.Equal(first.Checkpoint, second.Checkpoint);
    }

    [Fact]
    public void Writes_the_checkpoint_of_a_finished_run_again_where_it_was_lost()
    {
        TeachingReport report = Teach(_runs.Config());
        byte[] written = File.ReadAllBytes(report.Checkpoint);
        File.Delete(report.Checkpoint);

        Teach(_runs.Config());

        Assert.Equal(written, File.ReadAllBytes(report.Checkpoint));
    }

    [Fact]
    public void Ends_in_the_same_bytes_when_it_is_stopped_behind_each_step()
    {
        Teach(_runs.Config("whole"));

        for (int stops = 0; stops < TeachingRuns.Steps; stops++)
        {
            using var stop = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() =>
                Experiment.Teach(_runs.Config("stopped"), new Interrupter(stop.Cancel), stop.Token));
        }

        Teach(_runs.Config("stopped"));
        Assert.Equal(_runs.Digests("whole"), _runs.Digests("stopped"));
    }

    private static TeachingReport Teach(ExperimentConfig config) => TeachingRuns.Teach(config);

    // By class, to four places: towers are read twice.
    private static double[] Probabilities(IReadOnlyList<RankedClass> answer) =>
        [.. answer.OrderBy(one => one.Class).Select(one => Math.Round(one.Probability, 4))];

    private static string Mistake(ExperimentConfig config) =>
        Assert.Throws<PromptKDException>(() => Teach(config)).Message;
}
