using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Tests.Methods;
using PromptKD.Training;
using TorchSharp.Modules;

namespace PromptKD.Tests.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private const int Epochs = 2;
    private const int Batches = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string CheckpointPath => Path.Combine(_folder, "last.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)] // behind the last batch of an epoch
    [InlineData(4)]
    [InlineData(6)] // behind the last batch of all
    public void A_run_that_was_cut_off_ends_in_the_same_bytes(int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod whole = PromptKDMethodTests.MakeMethod(), first = PromptKDMethodTests.MakeMethod();
        using PromptKDMethod second = PromptKDMethodTests.MakeMethod();
        IReadOnlyList<EpochRecord> expected = Run(whole);

        Assert.Throws<OperationCanceledException>(() => Run(first, stopBehind: steps));
        IReadOnlyList<EpochRecord> actual = Run(second, TrainingCheckpoint.ReadIfAny(CheckpointPath));

        Assert.Equal(expected, actual);
        Assert.All(whole.State.Zip(second.State), pair => TensorAssert.SameBytes(pair.First.Value, pair.Second.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_was_stopped_amid_a_measurement_ends_in_the_same_bytes(bool isHeldOut)
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod whole = PromptKDMethodTests.MakeMethod(), first = PromptKDMethodTests.MakeMethod();
        using PromptKDMethod second = PromptKDMethodTests.MakeMethod();
        IReadOnlyList<EpochRecord> expected = Run(whole);
        using var cancellation = new CancellationTokenSource();
        TrainingPlan plan = Plan(progress: null);
        using var loop = new TrainingLoop(first, isHeldOut
            ? StopAfter.InComparison(plan, cancellation)
            : StopAfter.InValidation(plan, cancellation));

        Assert.Throws<OperationCanceledException>(() => loop.Run(cancellation.Token));
        IReadOnlyList<EpochRecord> actual = Run(second, TrainingCheckpoint.ReadIfAny(CheckpointPath));

        Assert.Equal(expected, actual);
        Assert.All(whole.State.Zip(second.State), pair => TensorAssert.SameBytes(pair.First.Value, pair.Second.Value));
    }

    [Fact]
    public void A_model_learns_in_training_and_is_measured_out_of_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        List<bool> trains = [];
        TrainingPlan plan = Plan(progress: null);
        using var loop = new TrainingLoop(method, plan with
        {
            Progress = new Told(() => trains.Add(method.Distilled.Student.training)),
            Validate = (_, _) =>
            {
                trains.Add(method.Distilled.Student.training);
                return null;
            },
            CompareHeldOut = _ =>
            {
                trains.Add(method.Distilled.Student.training);
                return null;
            },
        });

        loop.Run(TestContext.Current.CancellationToken);

        Assert.Equal([true, true, true, false, false, true, true, true, false, false], trains);
    }

    [Fact]
    public void Training_lowers_the_loss_and_moves_only_what_is_learned()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        var frozen = method.Distilled.Student.Encoder.state_dict()
            .ToDictionary(named => named.Key, named => named.Value.detach().clone());

        IReadOnlyList<EpochRecord> history = Run(method, epochs: 12, sameBatches: true);

        Assert.True(history[^1].Loss < 0.7 * history[0].Loss, $"{history[0].Loss} → {history[^1].Loss}");
        Assert.All(frozen, named =>
            TensorAssert.SameBytes(named.Value, method.Distilled.Student.Encoder.state_dict()[named.Key]));
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind_but_the_momentum()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        using var loop = new TrainingLoop(method, Plan(progress: null));
        using Batch batch = PromptKDMethodTests.MakeBatch();
        loop.Step(batch, learningRate: 0.01); // Makes gradients and momentum.
        loop.Step(batch, learningRate: 0.01);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        loop.Step(batch, learningRate: 0.01);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void Says_where_the_loss_ceased_to_be_a_number(float loss, string shown)
    {
        using DisposeScope scope = NewDisposeScope();
        using var method = new ConstantLoss(loss, smallestBatch: 1);

        var error = Assert.Throws<PromptKDException>(() => Run(method));

        Assert.StartsWith(
            $"The loss became {shown} in epoch 1, batch 1: training diverged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_every_batch_was_too_small()
    {
        using DisposeScope scope = NewDisposeScope();
        using var method = new ConstantLoss(1, smallestBatch: 5);

        var error = Assert.Throws<PromptKDException>(() => Run(method));

        Assert.StartsWith(
            "No batch of epoch 1 had 5 readable pictures.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Averages_the_loss_over_pictures_and_counts_agreement()
    {
        // Each batch has four pictures, of which the fake method claims one as a match.
        using DisposeScope scope = NewDisposeScope();
        using var method = new ConstantLoss(2, smallestBatch: 1);

        EpochRecord record = Run(method)[0];

        Assert.Equal((2.0, 0.25, 12L), (record.Loss, record.Agreement, record.Pictures));
        Assert.Equal(0.01, record.LearningRate);
    }

    private IReadOnlyList<EpochRecord> Run(
        ITrainedMethod method,
        TrainingCheckpoint? from = null,
        int stopBehind = int.MaxValue,
        int epochs = Epochs,
        bool sameBatches = false)
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new StopAfter(stopBehind, cancellation);
        using var loop = new TrainingLoop(method, Plan(progress, epochs, sameBatches));
        if (from is not null)
        {
            loop.Restore(from);
        }

        loop.Run(cancellation.Token);
        return loop.Position.History;
    }

    private TrainingPlan Plan(
        IProgress<TrainingProgress>? progress, int epochs = Epochs, bool sameBatches = false)
    {
        var optim = new OptimConfig { Lr = 0.01, LrScheduler = "single_step", MaxEpoch = epochs, WarmupEpoch = -1 };
        return new TrainingPlan
        {
            Epochs = epochs,
            BatchesPerEpoch = Batches,
            PicturesPerEpoch = Batches * 4,
            Batches = (epoch, first) => Enumerable.Range(first, Batches - first)
                .Select(number => PromptKDMethodTests.MakeBatch(number, sameBatches ? 0 : epoch)),
            Schedule = new LearningRateSchedule(optim),
            CheckpointPath = CheckpointPath,
            CheckpointInterval = TimeSpan.MaxValue,
            Progress = progress,
        };
    }

    private sealed class Told(Action stepped) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => stepped();
    }

    /// <summary>Learns nothing: its loss is a given number, and one picture of each batch is a match.</summary>
    private sealed class ConstantLoss(float loss, int smallestBatch) : ITrainedMethod
    {
        private readonly Parameter _weight = nn.Parameter(zeros(1));

        public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [KeyValuePair.Create("w", _weight)];

        public IReadOnlyList<KeyValuePair<string, Tensor>> State => [KeyValuePair.Create<string, Tensor>("w", _weight)];

        public FrozenModel Model => throw new NotSupportedException();

        public int SmallestBatch => smallestBatch;

        public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
            throw new NotSupportedException();

        public void SetTraining(bool training)
        {
        }

        public StepOutcome Loss(Batch batch) => new((_weight.sum() * 0) + loss, tensor(1L));

        public Tensor Classify(Tensor images) => throw new NotSupportedException();

        public void Dispose() => _weight.Dispose();
    }
}
