using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Tests.Runs.Teach;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// Seeds that are drawn, precisions that are not to be had, trainings that diverge, and ends that come twice.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DistillingEndsTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_negative_seed_is_drawn_recorded_and_kept()
    {
        ExperimentConfig first = _runs.Config("first", "SEED", "-1"), second = _runs.Config("second", "SEED", "-1");
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Experiment.Distil(first, new Listener(stop.Cancel), stop.Token));
        int drawn = RecordedSeed("first");

        DistillingRuns.Distil(first);
        DistillingRuns.Distil(second);

        Assert.Equal(drawn, RecordedSeed("first"));
        Assert.True(drawn >= 0);
        Assert.NotEqual(drawn, RecordedSeed("second"));
        DistillingRuns.Distil(_runs.Config("third", "SEED", $"{drawn}"));
        Assert.Equal(_runs.StudentBytes("third"), _runs.StudentBytes("first"));
        Assert.NotEqual(_runs.StudentBytes("second"), _runs.StudentBytes("first"));
    }

    [Fact]
    public void A_processor_computes_otherwise_where_fp16_is_asked_for_and_says_so()
    {
        var distilling = new Listener();
        var teaching = new Listener();
        using var runs = new TeachingRuns();

        DistillingRuns.Distil(_runs.Config(options: ["TRAINER.PROMPTKD.PREC", "fp16"]), distilling);
        Experiment.Teach(
            runs.Config().MergeOverrides(["TRAINER.PROMPTSRC.PREC", "fp16"]),
            teaching,
            TestContext.Current.CancellationToken);

        Assert.Single(distilling.Warnings, warning =>
            warning.StartsWith("TRAINER.PROMPTKD.PREC: fp16 is for GPUs", StringComparison.Ordinal));
        Assert.Single(teaching.Warnings, warning =>
            warning.StartsWith("TRAINER.PROMPTSRC.PREC: fp16 is for GPUs", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_epochs_its_end_is_saved_once_however_often_the_student_is_written()
    {
        ExperimentConfig config = _runs.Config(
            "run",
            options:
            [
                "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "2", "OPTIM.WARMUP_EPOCH", "0", "OPTIM.MAX_EPOCH", "0",
            ]);
        DistillingRuns.Distil(config);
        string checkpoints = Path.Combine(_runs.Output("run"), "checkpoints");
        byte[] saved = File.ReadAllBytes(Path.Combine(checkpoints, "last.safetensors"));
        byte[] student = _runs.StudentBytes("run");
        Directory.Delete(Path.Combine(_runs.Output("run"), "student"), recursive: true);

        DistillingRuns.Distil(config);

        Assert.Equal(student, _runs.StudentBytes("run"));
        Assert.Equal(saved, File.ReadAllBytes(Path.Combine(checkpoints, "last.safetensors")));
        Assert.False(File.Exists(Path.Combine(checkpoints, "previous.safetensors")));
    }

    [Fact]
    public void Divergence_says_how_to_start_afresh_and_leaves_the_last_good_checkpoint()
    {
        using DisposeScope scope = NewDisposeScope();

        // The first epoch warms up, at another rate.
        string message = Assert.Throws<PromptKDException>(() =>
            DistillingRuns.Distil(_runs.Config(options: ["OPTIM.LR", "1e38", "OPTIM.MAX_EPOCH", "3"]))).Message;

        Assert.DoesNotContain('\n', message);
        Assert.Contains("Start afresh in another output folder", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_runs.Output("run"), "student")));
        string checkpoint = Path.Combine(_runs.Output("run"), "checkpoints", "last.safetensors");
        Assert.All(
            SafetensorsFile.Read(checkpoint).Where(named => named.Value.is_floating_point()),
            named => Assert.True(named.Value.isfinite().all().item<bool>(), named.Key));
    }

    [Fact]
    public void Divergence_of_a_start_names_its_pass_and_its_rate()
    {
        using DisposeScope scope = NewDisposeScope();

        string message = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(_runs.Config(options:
        [
            "DISTILL.VIEWS", "1", "DISTILL.START.EPOCHS", "4", "DISTILL.START.BATCH_SIZE", "6",
            "DISTILL.START.LR", "1e38",
        ]))).Message;

        Assert.StartsWith("The loss became NaN in pass ", message, StringComparison.Ordinal);
        Assert.Contains("with a lower DISTILL.START.LR or", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_progress_line_comes_as_often_as_it_is_asked_for()
    {
        DistillingRuns.Distil(_runs.Config("each", "TRAIN.PRINT_FREQ", "1"));
        DistillingRuns.Distil(_runs.Config("last", "TRAIN.PRINT_FREQ", "7"));

        Assert.Equal((4, 2), (ProgressLines("each"), ProgressLines("last")));
    }

    private int ProgressLines(string run) => File.ReadLines(Path.Combine(_runs.Output(run), "log.txt"))
        .Count(line => line.Contains(" batch [", StringComparison.Ordinal));

    private int RecordedSeed(string run) =>
        new ExperimentConfig().MergeFile(Path.Combine(_runs.Output(run), "config.yaml")).Seed;
}
