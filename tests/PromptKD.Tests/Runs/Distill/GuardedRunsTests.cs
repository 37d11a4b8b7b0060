using System.Text.Json;
using PromptKD.Dassl;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runs.Distill;
using PromptKD.Tests.Data;
using PromptKD.Training;
using SkiaSharp;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Runs that really go wrong, and what is said of them. They start torch's one random generator.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class GuardedRunsTests : IDisposable
{
    private const int Pictures = 60;

    private readonly DistillingRuns _runs = new();
    private readonly Listener _listener = new();

    public GuardedRunsTests() => Draw((seed, x, y) =>
        new SKColor((byte)(x * (seed + 2)), (byte)(y * (61 - seed)), (byte)(x * y * seed)));

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Pictures_of_which_the_teacher_says_the_same_are_found_before_training()
    {
        Draw((seed, x, y) => new SKColor((byte)(120 + (seed % 2)), (byte)(4 * x), (byte)(4 * y)));

        DistillationReport report = Distil();

        Assert.Contains(report.Notices, notice => (notice.Code, notice.Epoch) == ("teacherSaysTheSame", 0));
        Assert.Contains(
            _listener.WarningsBeforeTraining,
            warning => warning.StartsWith("the teacher gives one answer", StringComparison.Ordinal));
    }

    [Fact]
    public void A_learning_rate_of_zero_is_found_before_training()
    {
        Distil("OPTIM.LR", "0", "OPTIM.WARMUP_EPOCH", "1");

        Assert.Contains(
            "the learning rate is 0 behind a warm-up of 1e-05: hardly anything is learned. Give one above 0 (OPTIM.LR).",
            _listener.WarningsBeforeTraining);
    }

    [Fact]
    public void A_run_of_warm_up_alone_is_found_before_training()
    {
        Distil("OPTIM.MAX_EPOCH", "1", "OPTIM.WARMUP_EPOCH", "1");

        Assert.Contains(
            "every epoch is one of warm-up: the learning rate is never above 1e-05, and OPTIM.LR asks for 5e-03. Give more "
            + "epochs than OPTIM.WARMUP_EPOCH, or OPTIM.WARMUP_EPOCH 0.",
            _listener.WarningsBeforeTraining);
    }

    [Fact]
    public void A_learning_rate_that_is_far_too_high_is_found_by_the_loss_and_kept_with_the_metrics()
    {
        DistillationReport report = Distil("OPTIM.LR", "1000", "OPTIM.MAX_EPOCH", "5", "OPTIM.WARMUP_EPOCH", "1");

        string message = Assert.Single(report.Notices, notice => notice.Code == "lossNotFalling").Message;
        JsonElement kept = File.ReadLines(Path.Combine(_runs.Output("run"), "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("kind").GetString() == "notice" && line.GetProperty("code").GetString() == "lossNotFalling");
        Assert.Equal(message, kept.GetProperty("message").GetString());
        Assert.True(kept.GetProperty("holds").GetBoolean());
        Assert.Contains(
            _listener.Warnings, warning => warning.StartsWith("the loss is not falling", StringComparison.Ordinal));
    }

    [Fact]
    public void A_student_whose_features_are_all_the_same_is_found_by_them_and_by_its_answers()
    {
        DistillationReport report = Distil(
            "MODEL.INIT_WEIGHTS", WithoutPictures(), "OPTIM.LR", "1e-9", "OPTIM.MAX_EPOCH", "4");

        Assert.Contains("featuresCollapsed", report.Notices.Select(notice => notice.Code));
        Assert.Contains("answersCollapsed", report.Notices.Select(notice => notice.Code));
        Assert.Contains(
            _listener.Warnings,
            warning => warning.StartsWith("the student's answers have collapsed", StringComparison.Ordinal));
        Assert.Contains(
            "features have collapsed to one direction",
            File.ReadAllText(Path.Combine(_runs.Output("run"), "report.html")),
            StringComparison.Ordinal);
        Assert.Contains(
            "features have collapsed to one direction",
            File.ReadAllText(Path.Combine(report.StudentFolder, "README.md")),
            StringComparison.Ordinal);
        Assert.Equal(1, report.HeldOut!.Student.MajorityShare);
        Assert.True(report.HeldOut.Student.FeatureSpread < 1e-5);
    }

    // The start learns what a sharper teacher says; tokens and projector then unlearn it by steps of three thousand
    // times the rate.
    [Fact]
    public void Epochs_that_cost_what_the_start_had_learned_are_found()
    {
        DistillationReport report = Distil(
            "DISTILL.TARGET.TEMPERATURE", "0.005",
            "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "60", "DISTILL.START.BATCH_SIZE", "10", "DISTILL.START.LR",
            "0.01", "OPTIM.NAME", "adamw", "OPTIM.LR", "30", "OPTIM.MAX_EPOCH", "3");

        Assert.Contains("lostGround", report.Notices.Select(notice => notice.Code));
        Assert.Contains(
            _listener.Warnings,
            warning => warning.StartsWith("the epochs behind the start cost agreement", StringComparison.Ordinal));
    }

    // A hundred passes that look at a tenth of the pictures cost more than all that stored features save.
    [Fact]
    public void Passes_of_a_start_look_at_no_picture()
    {
        DistillationReport report = Distil(
            "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "4", "DISTILL.START.BATCH_SIZE", "10", "OPTIM.MAX_EPOCH",
            "0");

        Assert.NotNull(report.Start!.HeldOut);
        using TrainingCheckpoint kept = TrainingCheckpoint.ReadIfAny(
            Path.Combine(_runs.Output("run"), "checkpoints", "start.safetensors"))!;
        Assert.Equal(4, kept.Position.History.Count);
        Assert.All(kept.Position.History, pass => Assert.Null(pass.HeldOut));
    }

    [Fact]
    public void A_finished_run_says_the_same_again()
    {
        DistillationReport first = Distil("OPTIM.LR", "1000", "OPTIM.MAX_EPOCH", "5", "OPTIM.WARMUP_EPOCH", "1");
        DistillationReport again = Distil("OPTIM.LR", "1000", "OPTIM.MAX_EPOCH", "5", "OPTIM.WARMUP_EPOCH", "1");

        Assert.NotEmpty(first.Notices);
        Assert.Equal(first.Notices, again.Notices);
        Assert.Equal(first.HeldOut, again.HeldOut);
        Assert.Equal(first.Calibration, again.Calibration);
    }

    // A projector whose last layer has lost its weights, and gives its offset whatever it sees.
    private string WithoutPictures()
    {
        string path = Path.Combine(_runs.Folder, "initial.safetensors");
        using DisposeScope scope = NewDisposeScope();
        using var opened = new OpenedRun<DistillationReport>(new DistillKind(_runs.Config("initial")));
        KeyValuePair<string, Tensor>[] state =
            [.. DasslModel.Of("PromptKD").StateOf(opened.Method, opened.Method.Deployed)];
        string last = state.Where(named => named.Key.Contains(Student.ProjectorPrefix, StringComparison.Ordinal)
            && named.Key.EndsWith(".weight", StringComparison.Ordinal)).Last().Key;
        SafetensorsFile.Write(
            path, [.. state.Select(
                named => named.Key == last ? KeyValuePair.Create(last, named.Value.detach() * 0) : named)]);
        return path;
    }

    private void Draw(Func<int, int, int, SKColor> colour)
    {
        for (int number = 0; number < Pictures; number++)
        {
            int seed = number;
            File.WriteAllBytes(_runs.Picture(number), TestPictures.Encode(
                24, 24, (x, y) => colour(seed, x, y), SKEncodedImageFormat.Png));
        }
    }

    private DistillationReport Distil(params string[] options) => DistillingRuns.Distil(
        _runs.Config("run", ["DISTILL.HOLDOUT", "0.5", "OPTIM.WARMUP_EPOCH", "0", .. options]), _listener);
}
