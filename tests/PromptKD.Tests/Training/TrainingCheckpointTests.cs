using PromptKD.Evaluation;
using PromptKD.Models.Weights;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

public sealed class TrainingCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Comes_back_as_it_was_written()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "last.safetensors");
        Tensor weight = TinyClip.Random(1, 2, 3), momentum = TinyClip.Random(2, 2, 3);
        var position = new TrainingPosition
        {
            Epoch = 2,
            Batch = 5,
            LossSum = 0.1,
            Matches = 7,
            Pictures = 40,
            History = [Record(1), Record(2) with { Validation = new BaseNovelResult(50, 60, null, 1.0 / 3, 8) }],
        };

        TrainingCheckpoint.Write(
            path,
            position,
            "run",
            new Dictionary<string, string> { ["teacher"] = "abc" },
            [KeyValuePair.Create("w", weight), KeyValuePair.Create("count", tensor(3L))],
            [KeyValuePair.Create("w", momentum)]);
        using TrainingCheckpoint read = TrainingCheckpoint.ReadIfAny(path)!;

        Assert.Equal(("run", false), (read.RunMark, read.IsPrevious));
        Assert.Equal((2, 5, 0.1), (read.Position.Epoch, read.Position.Batch, read.Position.LossSum));
        Assert.Equal((7L, 40L), (read.Position.Matches, read.Position.Pictures));
        Assert.Equal(position.History, read.Position.History);
        Assert.Equal("abc", read.Inputs["teacher"]);
        TensorAssert.SameBytes(weight, read.State["w"]);
        Assert.Equal(3, read.State["count"].item<long>());
        TensorAssert.SameBytes(momentum, Assert.Single(read.OptimizerState).Value);
    }

    [Fact]
    public void Is_null_where_there_is_none() =>
        Assert.Null(TrainingCheckpoint.ReadIfAny(Path.Combine(_folder, "none")));

    [Fact]
    public void Says_that_a_file_is_not_a_checkpoint()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "other.safetensors");
        SealedTensors.Write(path, [KeyValuePair.Create("w", ones(1))]);

        var error = Assert.Throws<PromptKDException>(() => TrainingCheckpoint.ReadIfAny(path));

        Assert.StartsWith(
            $"{path}: not a checkpoint of a run of ours", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Delete it to start afresh: there is none before it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_before_the_last_is_taken_where_the_last_is_damaged()
    {
        string path = Path.Combine(_folder, "last.safetensors");
        Write(path, epoch: 1);
        Write(path, epoch: 2);
        List<string> warnings = [];
        Assert.Equal(2, EpochOf(path, warnings.Add));
        byte[] whole = File.ReadAllBytes(path);

        for (int bit = 0; bit < 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[damaged.Length * bit / 8] ^= (byte)(1 << bit);
            File.WriteAllBytes(path, damaged);

            Assert.Equal(1, EpochOf(path, warnings.Add));
        }

        Assert.Equal(8, warnings.Count);
        Assert.All(warnings, warning => Assert.StartsWith($"{path}: damaged: ", warning, StringComparison.Ordinal));
        Assert.All(warnings, warning => Assert.DoesNotContain('\n', warning));
    }

    [Fact]
    public void The_one_before_the_last_is_taken_where_the_last_is_gone()
    {
        // Between the two names that a checkpoint is written under, there is no last one.
        string path = Path.Combine(_folder, "last.safetensors");
        Write(path, epoch: 1);
        Write(path, epoch: 2);
        File.Delete(path);

        Assert.True(TrainingCheckpoint.Exists(path));
        Assert.Equal(1, EpochOf(path, warning => Assert.Fail(warning)));
    }

    [Fact]
    public void Says_so_where_both_are_damaged()
    {
        string path = Path.Combine(_folder, "last.safetensors");
        File.WriteAllText(path, "");
        File.WriteAllText(TrainingCheckpoint.PreviousOf(path), "");

        var error = Assert.Throws<PromptKDException>(() => TrainingCheckpoint.ReadIfAny(path));

        Assert.Equal(
            $"{path}: damaged: it does not begin with its digest; and {TrainingCheckpoint.PreviousOf(path)}: damaged: "
            + "it does not begin with its digest. Delete both to start afresh.",
            error.Message);
    }

    [Theory]
    [InlineData(-1, 0, 0, "epoch -1")]
    [InlineData(0, -1, 0, "batch -1")]
    [InlineData(2, 0, 0, "0 records of 2 epochs")]
    [InlineData(1, 0, 2, "2 records of 1 epochs")]
    public void Says_what_cannot_be_so(int epoch, int batch, int records, string fault)
    {
        string path = Path.Combine(_folder, "last.safetensors");
        Write(path, new TrainingPosition
        {
            Epoch = epoch,
            Batch = batch,
            History = [.. Enumerable.Range(1, records).Select(Record)],
        });

        var error = Assert.Throws<PromptKDException>(() => TrainingCheckpoint.ReadIfAny(path));

        Assert.Contains("damaged: it says ", error.Message, StringComparison.Ordinal);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_another_shape_type_or_name_are_not_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "last.safetensors");
        Write(path, epoch: 1);
        using TrainingCheckpoint checkpoint = TrainingCheckpoint.ReadIfAny(path)!;
        Tensor[] others = [ones(1), ones(2, 3, dtype: ScalarType.Float16), ones(3)];

        Assert.All(others, other => Assert.Throws<PromptKDException>(
            () => checkpoint.CopyState([KeyValuePair.Create("w", other)])));
        Assert.Throws<PromptKDException>(() => checkpoint.CopyState([]));
        Assert.Throws<PromptKDException>(
            () => checkpoint.CopyState([KeyValuePair.Create("w", ones(2, 3)), KeyValuePair.Create("v", ones(1))]));
        checkpoint.CopyState([KeyValuePair.Create("w", ones(2, 3))]);
    }

    private static int EpochOf(string path, Action<string> warn)
    {
        using TrainingCheckpoint checkpoint = TrainingCheckpoint.ReadIfAny(path, warn)!;
        return checkpoint.Position.Epoch;
    }

    private static void Write(string path, int epoch) => Write(
        path, new TrainingPosition { Epoch = epoch, History = [.. Enumerable.Range(1, epoch).Select(Record)] });

    private static void Write(string path, TrainingPosition position)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingCheckpoint.Write(
            path,
            position,
            "run",
            new Dictionary<string, string>(),
            [KeyValuePair.Create("w", ones(2, 3))],
            [],
            keepsPrevious: true);
    }

    private static EpochRecord Record(int epoch) =>
        new() { Epoch = epoch, Loss = 0.1 * epoch, Agreement = 0.25, LearningRate = 0.005, Pictures = 16 };
}
