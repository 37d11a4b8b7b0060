using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Tests.Data;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;
using SkiaSharp;

namespace PromptKD.Tests.Runs;

public sealed class CachedStartTests : IDisposable
{
    private static readonly string[] s_start =
    [
        "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "6", "DISTILL.START.BATCH_SIZE", "5", "DISTILL.START.LR", "0.01",
        "OPTIM.WARMUP_EPOCH", "0",
    ];

    private readonly DistillingRuns _runs = new();

    // Pictures that differ much: batch normalisation would blow up the rounding of features that are nearly the same.
    public CachedStartTests()
    {
        for (int number = 0; number < DistillingRuns.Pictures; number++)
        {
            int seed = number;
            File.WriteAllBytes(_runs.Picture(number), TestPictures.Encode(
                40,
                40,
                (x, y) => new SKColor((byte)(x * (seed + 2) * 5), (byte)(y * (11 - seed) * 6), (byte)(x * y * seed)),
                SKEncodedImageFormat.Png));
        }
    }

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Learns_what_training_on_the_pictures_learns_where_the_tower_has_no_tokens()
    {
        string[] withoutTokens = [.. s_start, "TRAINER.PROMPTKD.N_CTX_VISION", "0"];

        DistillationReport onPictures = DistillingRuns.Distil(_runs.Config(
            "pictures", [.. withoutTokens, "DISTILL.START.EPOCHS", "0", "OPTIM.MAX_EPOCH", "6", "OPTIM.LR", "0.01"]));
        DistillationReport onFeatures = DistillingRuns.Distil(
            _runs.Config("features", [.. withoutTokens, "OPTIM.MAX_EPOCH", "0"]));

        // What is stored is rounded to float16: 11 bits.
        Assert.Empty(onFeatures.Epochs);
        Assert.Equal(onPictures.Epochs[^1].Loss, onFeatures.Start!.Loss, tolerance: 2e-3 * onPictures.Epochs[^1].Loss);
        Assert.NotEqual(onPictures.Epochs[0].Loss, onFeatures.Start.Loss, tolerance: 2e-3 * onPictures.Epochs[0].Loss);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = StudentOf(onPictures), actual = StudentOf(onFeatures);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, named => Assert.True(
            actual[named.Key].to(ScalarType.Float32).allclose(
                named.Value.to(ScalarType.Float32), rtol: 0.02, atol: 2e-3),
            named.Key));
    }

    [Fact]
    public void Only_the_projector_learns_and_the_rest_of_the_run_goes_on_from_it()
    {
        DistillationReport started = DistillingRuns.Distil(_runs.Config("a", [.. s_start, "OPTIM.MAX_EPOCH", "0"]));
        DistillationReport whole = DistillingRuns.Distil(_runs.Config("b", [.. s_start, "OPTIM.LR", "0"]));

        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> before = StudentOf(started), behind = StudentOf(whole);
        Assert.Equal(started.Start, whole.Start);
        Assert.Equal(2, whole.Epochs.Count);
        Assert.All(
            before.Where(named => named.Key.EndsWith("weight", StringComparison.Ordinal)),
            named => TensorAssert.SameBytes(named.Value, behind[named.Key]));
    }

    [Theory]
    [InlineData("pass 2 of", "TRAINER.PROMPTKD.FEATURE_NOISE", "0.5")]
    [InlineData("epoch 1", "TRAINER.PROMPTKD.FEATURE_NOISE", "0.5")]
    [InlineData(
        "pass 2 of", "DISTILL.AVERAGE", "0.8", "DISTILL.START.RIDGE", "0.1", "DISTILL.TARGET.CALIBRATE", "True")]
    [InlineData("pass 6 of", "DISTILL.AVERAGE", "0.8", "TRAINER.PROMPTKD.RATE_WIDTH", "8")]
    [InlineData("Distilling", "DISTILL.AVERAGE", "0.8")]
    [InlineData("epoch 1", "DISTILL.AVERAGE", "0.8", "DISTILL.START.RIDGE", "0.1")]
    public void Goes_on_to_the_same_bytes_wherever_it_was_stopped(string moment, params string[] further)
    {
        ExperimentConfig undisturbed = _runs.Config("undisturbed", [.. s_start, .. further]);
        ExperimentConfig stopped = _runs.Config("stopped", [.. s_start, .. further]);
        DistillingRuns.Distil(undisturbed);
        using var stop = new CancellationTokenSource();
        var observer = new Stopper(moment, stop.Cancel);

        Assert.Throws<OperationCanceledException>(() => Experiment.Distil(stopped, observer, stop.Token));
        DistillingRuns.Distil(stopped);

        Assert.Equal(_runs.StudentBytes("undisturbed"), _runs.StudentBytes("stopped"));
        Assert.Equal(Metrics("undisturbed"), Metrics("stopped"));
    }

    // Three batches a pass: the first three steps of a start that has one pass have their plain mean, and what is
    // handed on to an epoch that learns nothing is that mean.
    [Fact]
    public void Hands_the_average_on()
    {
        string[] short_ = [.. s_start, "DISTILL.START.EPOCHS", "1", "OPTIM.LR", "0"];
        DistillationReport plain = DistillingRuns.Distil(_runs.Config("plain", short_));
        DistillationReport started = DistillingRuns.Distil(
            _runs.Config("started", [.. short_, "DISTILL.AVERAGE", "0.999", "OPTIM.MAX_EPOCH", "0"]));
        DistillationReport whole = DistillingRuns.Distil(
            _runs.Config("whole", [.. short_, "DISTILL.AVERAGE", "0.999"]));

        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> last = StudentOf(plain), mean = StudentOf(started), behind = StudentOf(whole);
        using TrainingCheckpoint kept = TrainingCheckpoint.ReadIfAny(
            Path.Combine(_runs.Output("whole"), "checkpoints", "start.safetensors"))!;
        const string Weight = "VPT_image_trans.conv1.0.weight";
        TensorAssert.SameBytes(kept.State["average/" + Weight], mean[Weight]);
        TensorAssert.SameBytes(kept.State[Weight], last[Weight]);
        TensorAssert.SameBytes(mean[Weight], behind[Weight]);
        Assert.False(mean[Weight].equal(last[Weight]).all().item<bool>());
    }

    // One layer is linear, and nothing but the fit decides it where the start's only pass learns nothing.
    [Fact]
    public void Its_last_layer_begins_as_a_ridge_regression_where_that_is_asked()
    {
        string[] fitted =
        [
            .. s_start, "DISTILL.START.EPOCHS", "1", "DISTILL.START.LR", "0", "OPTIM.MAX_EPOCH", "0",
            "TRAINER.PROMPTKD.PROJECT_LAYER", "1", "DISTILL.START.RIDGE",
        ];
        using DisposeScope scope = NewDisposeScope();

        Tensor loose = Weight("loose", "0.01"), tight = Weight("tight", "1e9"), other = Weight(
            "other", "0.01", "SEED", "5");

        Assert.True(loose.abs().max().item<float>() > 1e-3);
        Assert.True(tight.abs().max().item<float>() < 1e-6);
        Assert.False(loose.equal(other).all().item<bool>());

        // Into the space of the first of several teachers it leads, whatever is asked of it there.
        string second = Path.Combine(_runs.Folder, "second.safetensors");
        TinyClip.Write(second, TinyClip.Architecture with { EmbeddingSize = 24 }, seed: 7);
        TensorAssert.SameBytes(loose, Weight("two", "0.01", "DISTILL.FURTHER_TEACHERS", $"['{second}']"));

        Tensor Weight(string run, string strength, params string[] more) => StudentOf(DistillingRuns.Distil(
            _runs.Config(run, [.. fitted, strength, .. more])))["VPT_image_trans.conv1.0.weight"];
    }

    // The student sees other pixels of the same views than its teacher: 16 and 24 pixels wide.
    [Fact]
    public void One_pass_stores_what_two_passes_store()
    {
        TinyClip.Write(_runs.Teacher, TinyClip.Architecture with { EmbeddingSize = 40, ImageSize = 24 }, seed: 1);
        var together = new Phases();
        DistillingRuns.Distil(_runs.Config("together", [.. s_start, "OPTIM.MAX_EPOCH", "0"]), together);
        var apart = new Phases();
        DistillingRuns.Distil(
            _runs.Config(
                "apart",
                [.. s_start, "OPTIM.MAX_EPOCH", "0", "DISTILL.STORE", Path.Combine(
                    _runs.Output("together"), "teacher-store")]),
            apart);

        Assert.Single(together, said => said.StartsWith("Storing", StringComparison.Ordinal));
        Assert.StartsWith(
            "Storing the student's features",
            Assert.Single(apart, said => said.StartsWith("Storing", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Equal(StudentStoreOf("apart"), StudentStoreOf("together"));
        Assert.Equal(_runs.StudentBytes("apart"), _runs.StudentBytes("together"));
    }

    [Fact]
    public void What_is_missing_of_the_student_s_store_alone_is_made_alone()
    {
        ExperimentConfig config = _runs.Config("run", [.. s_start, "OPTIM.MAX_EPOCH", "0"]);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => Experiment.Distil(config, new Stopper("Projector alone", stop.Cancel), stop.Token));
        byte[] whole = StudentStoreOf("run");
        File.Delete(StudentShard("run"));

        DistillingRuns.Distil(config);

        Assert.Equal(whole, StudentStoreOf("run"));
    }

    [Fact]
    public void Its_rate_rises_for_so_many_passes_and_falls_along_a_cosine()
    {
        DistillingRuns.Distil(
            _runs.Config("run", [.. s_start, "DISTILL.START.WARMUP_EPOCH", "2", "OPTIM.MAX_EPOCH", "0"]));

        using TrainingCheckpoint checkpoint =
            TrainingCheckpoint.ReadIfAny(Path.Combine(_runs.Output("run"), "checkpoints", "start.safetensors"))!;
        double[] expected = [1e-5, 0.005, 0.01, .. Enumerable.Range(1, 3).Select(
            step => 0.005 * (1 + Math.Cos(Math.PI * step / 6)))];
        Assert.Equal(
            expected,
            checkpoint.Position.History.Select(pass => pass.LearningRate),
            (one, other) => Math.Abs(one - other) < 1e-9);
    }

    // Ten pictures are fewer than a batch of any recipe but the paper's.
    [Theory]
    [InlineData("fast", "Storing the teacher's features")]
    [InlineData("fast", "pass 30 of")]
    [InlineData("best", "pass 30 of")]
    [InlineData("best", "Distilling")]
    [InlineData("best", "epoch 2")]
    [InlineData("paper", "epoch 2")]
    public void Every_recipe_goes_on_to_the_same_bytes_wherever_it_was_stopped(string recipe, string moment)
    {
        ExperimentConfig settings = Recipe.Find(recipe).Config;
        int epochs = Math.Min(3, settings.Optim.MaxEpoch);
        settings = settings with { Optim = settings.Optim with { MaxEpoch = epochs } };
        ExperimentConfig undisturbed = _runs.Config(settings, "undisturbed"), stopped = _runs.Config(
            settings, "stopped");
        DistillingRuns.Distil(undisturbed);
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(
            () => Experiment.Distil(stopped, new Stopper(moment, stop.Cancel), stop.Token));
        DistillingRuns.Distil(stopped);

        Assert.Equal(_runs.StudentBytes("undisturbed"), _runs.StudentBytes("stopped"));
        Assert.Equal(Metrics("undisturbed"), Metrics("stopped"));
    }

    [Fact]
    public void Needs_stored_features() => Assert.Equal(
        "DISTILL.START.EPOCHS asks for a start on stored features, and a teacher's are not stored. Give Views, a Store "
        + "for each teacher, or Recipe paper, which has no such start.",
        Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config(options: [.. s_start, "DISTILL.VIEWS", "0"]))).Message);

    [Fact]
    public void A_run_without_epochs_learns_nothing_without_a_start() => Assert.Equal(
        "OPTIM.MAX_EPOCH is 0; give 1 or more (distill: Optim.MaxEpoch).",
        Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config(options: ["OPTIM.MAX_EPOCH", "0"]))).Message);

    [Fact]
    public void Every_pass_is_a_row_of_the_curves_and_a_point_for_TensorBoard_and_the_page_draws_them()
    {
        DistillationReport report = DistillingRuns.Distil(_runs.Config("run", [.. s_start, "OPTIM.MAX_EPOCH", "0"]));
        string run = _runs.Output("run");
        string[][] passes =
        [
            .. File.ReadLines(Path.Combine(run, "curves.csv")).Select(row => row.Split(','))
                .Where(row => row[0] == "pass"),
        ];

        Assert.Equal(["1", "2", "3", "4", "5", "6"], passes.Select(row => row[1]));
        Assert.Equal(report.Start!.Loss.ToString("R", null), passes[^1][3]);
        Assert.Equal(report.Start.Agreement.ToString("R", null), passes[^1][4]);
        Assert.Equal("0.01", passes[0][2]);
        Assert.Single(File.ReadLines(Path.Combine(run, "log.txt")), line =>
            line.Contains("for the whole run (", StringComparison.Ordinal)
            && line.Contains(" of storing, ", StringComparison.Ordinal)
            && line.Contains(" of the start's 6 passes, ", StringComparison.Ordinal));
        string events = System.Text.Encoding.Latin1.GetString(
            File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(run, "tensorboard")).Single()));
        Assert.Equal(7, events.Split("start/loss").Length);
        Assert.Contains(
            "Loss in the start", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
    }

    private static Dictionary<string, Tensor> StudentOf(DistillationReport report) =>
        SafetensorsFile.Read(Path.Combine(report.StudentFolder, "student.safetensors"));

    private string Metrics(string run) => File.ReadAllText(Path.Combine(_runs.Output(run), "metrics.jsonl"));

    private string StudentShard(string run) =>
        Path.Combine(_runs.Output(run), "student-store", "shards", "00000.safetensors");

    private byte[] StudentStoreOf(string run) => File.ReadAllBytes(StudentShard(run));

    /// <summary>What was said.</summary>
    private sealed class Phases : List<string>, ITrainingObserver
    {
        public void OnPhase(string description) => Add(description);
    }

    /// <summary>Stops at the first line, or behind the first epoch, that begins with some words.</summary>
    private sealed class Stopper(string words, Action stop) : ITrainingObserver
    {
        public void OnPhase(string description) => StopAt(description);

        public void OnEpoch(EpochRecord epoch) => StopAt($"epoch {epoch.Epoch}");

        private void StopAt(string said)
        {
            if (said.StartsWith(words, StringComparison.Ordinal))
            {
                stop();
            }
        }
    }
}
