using PromptKD.Evaluation;
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
            new Dictionary<string, string> { ["teacher"] = "abc" },
            [KeyValuePair.Create("w", weight), KeyValuePair.Create("count", tensor(3L))],
            [KeyValuePair.Create("w", momentum)]);
        TrainingCheckpoint read = TrainingCheckpoint.ReadIfAny(path)!;

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
        PromptKD.Models.Weights.SafetensorsFile.Write(path, [KeyValuePair.Create("w", ones(1))]);

        var error = Assert.Throws<PromptKDException>(() => TrainingCheckpoint.ReadIfAny(path));

        Assert.StartsWith(
            $"{path}: not a checkpoint of a run of ours", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Delete it to start afresh.", error.Message, StringComparison.Ordinal);
    }

    private static EpochRecord Record(int epoch) =>
        new() { Epoch = epoch, Loss = 0.1 * epoch, Agreement = 0.25, LearningRate = 0.005, Pictures = 16 };
}
