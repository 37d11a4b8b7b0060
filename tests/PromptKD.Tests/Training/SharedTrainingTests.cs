using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;
using PromptKD.Tests.Methods;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>Several processes learn what one learns.</summary>
public sealed class SharedTrainingTests : IDisposable
{
    private const int Pictures = 8;
    private const int Batches = 3;
    private const int Epochs = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(3)] // 3, 3 and 2 of eight pictures
    [InlineData(4)]
    [InlineData(8)] // one picture each: no process has a variance of its own
    public void Processes_learn_together_what_one_learns(int size)
    {
        Learned alone = Learn(1)[0];

        Learned[] together = Learn(size);

        Assert.All(together, one => AssertNear(alone, one));
        Assert.All(together[1..], one => AssertSameBytes(together[0], one));
    }

    [Fact]
    public void Two_runs_of_several_processes_end_in_the_same_bytes() => AssertSameBytes(Learn(4)[0], Learn(4)[3]);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Pictures_that_cannot_be_read_are_missing_in_one_process_as_in_several(int size)
    {
        // All of the first process's in one batch, one picture alone left in another.
        int[][] unreadable = [[0, 1, 2, 3], [], [1, 2, 3, 4, 5, 6, 7]];
        Learned alone = Learn(1, unreadable: unreadable)[0];

        Learned[] together = Learn(size, unreadable: unreadable);

        Assert.Equal(Epochs * (4 + 8), alone.History.Sum(epoch => epoch.Pictures));
        Assert.All(together, one => AssertNear(alone, one));
        Assert.All(together[1..], one => AssertSameBytes(together[0], one));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    public void A_run_of_some_processes_goes_on_as_one_of_others(int before, int behind)
    {
        Learned whole = Learn(1)[0];
        Learn(before, stopBehind: 4);

        Learned[] rest = Learn(behind, from: CheckpointPath);

        Assert.All(rest, one => AssertNear(whole, one));
    }

    [Fact]
    public void All_stop_behind_the_same_step_whichever_was_told()
    {
        int[] steps = ProcessesInThreads.Run(3, processes =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var told = new CancellationTokenSource();
            using PromptKDMethod method = Make();
            int taken = 0;
            using var loop = new TrainingLoop(method, Plan(processes, [], loss =>
            {
                taken++;
                if (processes.Rank == 2 && taken == 4)
                {
                    told.Cancel();
                }
            }));
            Assert.Throws<OperationCanceledException>(() => loop.Run(told.Token));
            return (loop.Position.Epoch * Batches) + loop.Position.Batch;
        });

        Assert.Equal([4, 4, 4], steps);
    }

    [Fact]
    public void Each_process_knows_what_another_could_not_read()
    {
        string[][] skipped = ProcessesInThreads.Run(2, processes =>
        {
            using DisposeScope scope = NewDisposeScope();
            using PromptKDMethod method = Make();
            TrainingPlan plan = Plan(processes, []);
            plan.Skipped.Add(new SkippedPicture($"of {processes.Rank}", "broken"));
            using var loop = new TrainingLoop(method, plan);
            loop.Run(Stop);
            return loop.Position.Skipped.Select(picture => picture.Path).Order(StringComparer.Ordinal).ToArray();
        });

        Assert.All(skipped, one => Assert.Equal(["of 0", "of 1"], one));
    }

    [Fact]
    public void Only_the_first_process_writes()
    {
        ProcessesInThreads.Run(2, processes =>
        {
            using DisposeScope scope = NewDisposeScope();
            using PromptKDMethod method = Make();
            using var loop = new TrainingLoop(method, Plan(processes, []) with
            {
                CheckpointPath = Path.Combine(_folder, $"{processes.Rank}.safetensors"),
            });
            loop.Run(Stop);
            return 0;
        });

        Assert.Equal(
            ["0.safetensors", "previous-0.safetensors"],
            Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void All_wait_for_what_one_of_them_does_not_see_yet(int size)
    {
        Learned alone = Learn(1)[0];

        (Learned Learned, int Rests)[] together = ProcessesInThreads.Run(size, processes =>
        {
            var awaited = new AwaitedBatch(comesAt: processes.Rank == size - 1 ? 3 : 0);
            return (Learn(processes, plan => plan with { Awaited = awaited }), awaited.Looks);
        });

        Assert.All(together, one => AssertNear(alone, one.Learned));
        Assert.All(together, one => Assert.Equal((Epochs * Batches) + 3, one.Rests));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void All_end_saved_where_the_first_one_gives_up(int size)
    {
        Learned whole = Learn(1)[0];
        string[] faults = ProcessesInThreads.Run(size, processes => Assert.Throws<PromptKDException>(
            () => Learn(processes, plan => plan with
            {
                Awaited = new AwaitedBatch(comesAt: int.MaxValue) { Missing = (1, 1), GivesUp = processes.IsLeader() },
            })).Message);

        Learned[] rest = Learn(size, from: CheckpointPath);

        Assert.Equal("given up", faults[0]);
        Assert.All(rest, one => AssertNear(whole, one));
    }

    private string CheckpointPath => Path.Combine(_folder, "last.safetensors");

    private Learned[] Learn(int size, int[][]? unreadable = null, int stopBehind = int.MaxValue, string? from = null) =>
        ProcessesInThreads.Run(size, processes =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var stop = new CancellationTokenSource();
            using PromptKDMethod method = Make();
            int steps = 0;
            using var loop = new TrainingLoop(method, Plan(processes, unreadable ?? [], _ =>
            {
                if (++steps == stopBehind)
                {
                    stop.Cancel();
                }
            }));
            if (from is not null && processes.IsLeader())
            {
                using TrainingCheckpoint checkpoint = TrainingCheckpoint.ReadIfAny(from)!;
                loop.Restore(checkpoint);
            }

            loop.Join(Stop);
            try
            {
                loop.Run(stop.Token);
            }
            catch (OperationCanceledException) when (stopBehind < int.MaxValue)
            {
            }

            return new Learned(
                method.State.ToDictionary(
                    named => named.Key, named => named.Value.detach().clone().DetachFromDisposeScope()),
                loop.Position.History);
        });

    private Learned Learn(IProcessGroup processes, Func<TrainingPlan, TrainingPlan> change)
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = Make();
        using var loop = new TrainingLoop(method, change(Plan(processes, [])));
        loop.Run(Stop);
        return new Learned(
            method.State.ToDictionary(
                named => named.Key, named => named.Value.detach().clone().DetachFromDisposeScope()),
            loop.Position.History);
    }

    private TrainingPlan Plan(IProcessGroup processes, int[][] unreadable, Action<double>? stepped = null)
    {
        var optim = new OptimConfig { Lr = 0.01, LrScheduler = "single_step", MaxEpoch = Epochs, WarmupEpoch = -1 };
        return new TrainingPlan
        {
            Processes = processes,
            Epochs = Epochs,
            BatchesPerEpoch = Batches,
            PicturesPerEpoch = Batches * Pictures,
            Batches = (epoch, first) => Enumerable.Range(first, Batches - first)
                .Select(number => Part(number, epoch, processes, unreadable.ElementAtOrDefault(number) ?? []))
                .OfType<Batch>(),
            Schedule = new LearningRateSchedule(optim),
            CheckpointPath = CheckpointPath,
            CheckpointInterval = TimeSpan.MaxValue,
            Progress = new Told(stepped),
        };
    }

    // As the loader does it: a batch of which nothing is left is missing.
    private static Batch? Part(int number, int epoch, IProcessGroup processes, int[] unreadable)
    {
        var plan =
            new LoadPlan { Order = EpochOrder.Sequential(Pictures), BatchSize = Pictures, Rows = processes.Share() };
        int[] items = [.. plan.ItemsOf(0).Except(unreadable)];
        if (items.Length == 0)
        {
            return null;
        }

        using Tensor all = TinyClip.Images(Pictures, (ulong)((10 * epoch) + number + 40));
        using Tensor rows = tensor(items.Select(item => (long)item).ToArray());
        return new Batch(all.index_select(0, rows).DetachFromDisposeScope(), null, items)
        {
            Number = number,
            Epoch = epoch,
        };
    }

    private static PromptKDMethod Make() => PromptKDMethodTests.MakeMethod(
        new Teacher(
            new ClassVectors(["a", "b", "c", "d"], nn.functional.normalize(TinyClip.Random(3, 4, 6), dim: -1), 20),
            new TeacherOfPixels()),
        noise: 0.3);

    private static void AssertNear(Learned expected, Learned actual)
    {
        foreach ((string name, Tensor value) in expected.State)
        {
            TensorAssert.Near(value.to(ScalarType.Float32), actual.State[name].to(ScalarType.Float32), 1e-5);
        }

        Assert.All(expected.History.Zip(actual.History), pair =>
        {
            Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-5);
            Assert.Equal((pair.First.Pictures, pair.First.Agreement), (pair.Second.Pictures, pair.Second.Agreement));
        });
    }

    private static void AssertSameBytes(Learned expected, Learned actual) => Assert.All(
        expected.State, named => TensorAssert.SameBytes(named.Value, actual.State[named.Key]));

    private sealed record Learned(IReadOnlyDictionary<string, Tensor> State, IReadOnlyList<EpochRecord> History);

    private sealed class Told(Action<double>? stepped) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => stepped?.Invoke(value.Loss);
    }

    /// <summary>What it says of a picture depends on that picture alone.</summary>
    private sealed class TeacherOfPixels : IImageFeatures
    {
        public Tensor Of(Batch batch) => nn.functional.normalize(
            batch.Images.flatten(1).narrow(1, 0, 6).sub(batch.Images.flatten(1).narrow(1, 6, 6)), dim: -1);

        public void Dispose()
        {
        }
    }
}
