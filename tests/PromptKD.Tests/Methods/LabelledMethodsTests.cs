using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Zip;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Training;
using PromptKD.Training;

namespace PromptKD.Tests.Methods;

/// <summary>
/// What holds for every labelled method. Building one starts torch's one random generator, so no other test may run
/// beside these.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class LabelledMethodsTests : IDisposable
{
    private const int Epochs = 2;
    private const int Batches = 2;

    private readonly TinyMethods _methods = new();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public static TheoryData<string> All => TinyMethods.All;

    public void Dispose()
    {
        _methods.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Training_lowers_the_loss_and_a_seed_gives_the_same_bytes(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod first = _methods.Build(overrides), second = _methods.Build(overrides);
        using ITrainedMethod other = _methods.Build(overrides, seed: 2);

        IReadOnlyList<EpochRecord> history = Run(first, epochs: 12, sameBatches: true);
        Run(second, epochs: 12, sameBatches: true);

        Assert.True(history[^1].Loss < history[0].Loss, $"{history[0].Loss} → {history[^1].Loss}");
        Assert.All(first.State.Zip(second.State), pair =>
            TensorAssert.SameBytes(pair.First.Value, pair.Second.Value));
        Assert.NotEqual(
            first.Trainable[0].Value.bytes.ToArray(), other.Trainable[0].Value.bytes.ToArray());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_run_that_was_cut_off_ends_in_the_same_bytes(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod whole = _methods.Build(overrides);
        IReadOnlyList<EpochRecord> expected = Run(whole);
        foreach (int steps in new[] { 1, Batches })
        {
            using ITrainedMethod first = _methods.Build(overrides), second = _methods.Build(overrides, seed: 2);

            Assert.Throws<OperationCanceledException>(() => Run(first, stopBehind: steps));
            IReadOnlyList<EpochRecord> actual = Run(second, TrainingCheckpoint.ReadIfAny(CheckpointPath));

            Assert.Equal(expected, actual);
            Assert.All(whole.State.Zip(second.State), pair =>
                TensorAssert.SameBytes(pair.First.Value, pair.Second.Value));
            Tensor images = TinyClip.Images(2);
            TensorAssert.SameBytes(whole.Classify(images), second.Classify(images));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_run_that_was_stopped_amid_a_validation_ends_in_the_same_bytes(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod whole = _methods.Build(overrides), first = _methods.Build(overrides);
        using ITrainedMethod second = _methods.Build(overrides, seed: 2);
        IReadOnlyList<EpochRecord> expected = Run(whole);
        using var cancellation = new CancellationTokenSource();
        TrainingPlan stopping = StopAfter.InValidation(Plan(null, Epochs, sameBatches: false), cancellation);
        using var loop = new TrainingLoop(first, stopping);

        Assert.Throws<OperationCanceledException>(() => loop.Run(cancellation.Token));
        IReadOnlyList<EpochRecord> actual = Run(second, TrainingCheckpoint.ReadIfAny(CheckpointPath));

        Assert.Equal(expected, actual);
        Assert.All(whole.State.Zip(second.State), pair =>
            TensorAssert.SameBytes(pair.First.Value, pair.Second.Value));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_step_and_a_classification_leave_no_tensor_behind(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(overrides + " TRAIN.TEXT_CHUNK 3");
        using var loop = new TrainingLoop(method, Plan(progress: null, Epochs, sameBatches: false));
        using Batch batch = TinyMethods.MakeBatch();
        loop.Step(batch, learningRate: 0.01); // Makes gradients, momentum, and where the sentences lie.
        method.SetTraining(false);
        method.Classify(batch.Images).Dispose(); // The same, for the runs that are evaluated.
        method.SetTraining(true);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        loop.Step(batch, learningRate: 0.01);
        method.FinishEpoch(1, Epochs);
        method.SetTraining(false);
        method.Classify(batch.Images).Dispose();
        method.SetTraining(true);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Sentences_in_chunks_give_the_same_loss_and_gradient(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod whole = _methods.Build(overrides);
        using Batch batch = TinyMethods.MakeBatch();
        StepOutcome expected = whole.Loss(batch);
        expected.Backward();
        foreach (int chunk in new[] { 1, 3 })
        {
            using ITrainedMethod chunked = _methods.Build($"{overrides} TRAIN.TEXT_CHUNK {chunk}");

            StepOutcome actual = chunked.Loss(batch);
            actual.Backward();

            TensorAssert.Near(expected.Loss, actual.Loss, 1e-5);
            Assert.All(whole.Trainable.Zip(chunked.Trainable), pair => TensorAssert.Near(
                pair.First.Value.grad!, pair.Second.Value.grad!, 1e-5 * (1 + MaxOf(pair.First.Value.grad!))));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_checkpoint_goes_to_a_file_and_back(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod source = _methods.Build(overrides), copy = _methods.Build(overrides, seed: 2);
        Tensor images = TinyClip.Images(3);
        string path = _methods.NewFile;
        TorchZipWriter.WriteStateDict(path, TinyMethods.Saved(source, overrides));

        using CheckpointFile file = CheckpointFile.Open(path);
        copy.LoadLearned(TensorEntry.ReadAll(file.Tensors.ToDictionary()), path);

        TensorAssert.SameBytes(source.Classify(images), copy.Classify(images));
    }

    [Fact]
    public void A_checkpoint_of_another_method_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build("TRAINER.NAME CoOp TRAINER.COOP.N_CTX 3");

        var missing = Assert.Throws<PromptKDException>(() =>
            method.LoadLearned(new Dictionary<string, Tensor> { ["prompt_learner.ctx"] = zeros(3, 64) }, "a.pt"));
        var misshapen = Assert.Throws<PromptKDException>(() =>
            method.LoadLearned(new Dictionary<string, Tensor> { ["ctx"] = zeros(4, 64) }, "a.pt"));

        Assert.Equal("a.pt: no tensor 'ctx' among 1. Is it a checkpoint of TRAINER.NAME?", missing.Message);
        Assert.StartsWith("a.pt: 'ctx' is [4, 64], expected [3, 64].", misshapen.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRAINER.NAME Coop", "No trainer 'Coop'. Did you mean CoOp? There are PromptKD, CoOp, CoCoOp, MaPLe, ")]
    [InlineData(
        "TRAINER.NAME IVLP TRAINER.IVLP.PROMPT_DEPTH_TEXT 0", "TRAINER.IVLP: N_CTX_TEXT is 2 and PROMPT_DEPTH_TEXT 0")]
    [InlineData("TRAINER.NAME ZeroshotCLIP DATASET.NAME Mine", "No prompt template is known for the dataset 'Mine'")]
    public void A_setting_that_cannot_be_is_named(string overrides, string message)
    {
        var error = Assert.Throws<PromptKDException>(() => _methods.Build(overrides));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRAINER.NAME CoOp TRAINER.COOP.CTX_INIT a_b TRAINER.COOP.N_CTX 2", "")]
    [InlineData(
        "TRAINER.NAME CoOp TRAINER.COOP.CTX_INIT a_b TRAINER.COOP.N_CTX 4 TRAINER.COOP.CSC True",
        "TRAINER.COOP.N_CTX 4 has no effect|TRAINER.COOP.CSC has no effect")]
    [InlineData(
        "TRAINER.NAME CoCoOp TRAINER.COCOOP.CTX_INIT abc TRAINER.COCOOP.N_CTX 1",
        "TRAINER.COCOOP: CTX_INIT \"abc\" has 3 tokens, but 1 are learned")]
    [InlineData(
        "TRAINER.NAME MaPLe TRAINER.MAPLE.CTX_INIT ab TRAINER.MAPLE.N_CTX 5",
        "TRAINER.MAPLE.CTX_INIT \"ab\" has no effect with 5 learned tokens")]
    [InlineData(
        "TRAINER.NAME IVLP TRAINER.IVLP.CTX_INIT ab TRAINER.IVLP.N_CTX_TEXT 3",
        "TRAINER.IVLP: CTX_INIT \"ab\" has 2 tokens, but 3 are learned")]
    public void Words_that_do_something_else_than_they_seem_to_are_warned_of(string overrides, string beginnings)
    {
        using DisposeScope scope = NewDisposeScope();
        List<string> warnings = [];

        _methods.Build(overrides, warn: warnings.Add).Dispose();

        string[] expected = beginnings.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, warnings.Count);
        Assert.All(expected.Zip(warnings), pair =>
            Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void Plain_clip_classifies_and_learns_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using IClassifier method = _methods.BuildClassifier("TRAINER.NAME ZeroshotCLIP2 DATASET.NAME Food101");
        using Batch batch = TinyMethods.MakeBatch();

        Assert.Equal([4, 4], method.Classify(batch.Images).shape);
        Assert.IsNotType<ITrainedMethod>(method, exactMatch: false);
    }

    [Fact]
    public void A_batch_without_labels_is_a_programmers_mistake()
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build("TRAINER.NAME MaPLe");
        using var batch = new Batch(TinyClip.Images(2), null, [0, 1]);

        Assert.Throws<InvalidOperationException>(() => method.Loss(batch));
    }

    private string CheckpointPath => Path.Combine(_folder, "last.safetensors");

    private static double MaxOf(Tensor values) => values.abs().max().item<float>();

    private IReadOnlyList<EpochRecord> Run(
        ITrainedMethod method,
        TrainingCheckpoint? from = null,
        int stopBehind = int.MaxValue,
        int epochs = Epochs,
        bool sameBatches = false)
    {
        using var cancellation = new CancellationTokenSource();
        using var loop = new TrainingLoop(method, Plan(new StopAfter(stopBehind, cancellation), epochs, sameBatches));
        if (from is not null)
        {
            loop.Restore(from);
        }

        loop.Run(cancellation.Token);
        method.SetTraining(false);
        return loop.Position.History;
    }

    private TrainingPlan Plan(IProgress<TrainingProgress>? progress, int epochs, bool sameBatches) => new()
    {
        Epochs = epochs,
        BatchesPerEpoch = Batches,
        PicturesPerEpoch = Batches * 4,
        Batches = (epoch, first) => Enumerable.Range(first, Batches - first)
            .Select(number => TinyMethods.MakeBatch(number, sameBatches ? 0 : epoch)),
        Schedule = new LearningRateSchedule(
            new OptimConfig { Lr = 0.02, LrScheduler = "single_step", MaxEpoch = epochs, WarmupEpoch = -1 }),
        CheckpointPath = CheckpointPath,
        CheckpointInterval = TimeSpan.MaxValue,
        Progress = progress,
    };
}
