using PromptKD.Evaluation.Probing;
using PromptKD.Golden;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Evaluation.Probing;

/// <summary>Probes of the demo's student on pictures of which those of one class are all the same.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class LinearProbeTests : IDisposable
{
    private static readonly string s_clip = Path.Combine(ProjectFolder.Root, "demo", "student");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly int _threads = get_num_threads();

    public LinearProbeTests()
    {
        foreach (string part in new[] { "train", "val", "test" })
        {
            Write(part, "wide", count: 3, TestPictures.Gradient(60, 20));
            Write(part, "high", count: 3, TestPictures.Gradient(20, 60));
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Recognises_pictures_that_it_learned_from()
    {
        LinearProbeRequest request = Request() with { Shots = [1, 2], Seeds = 2 };

        IReadOnlyList<ProbeScore> scores = LinearProbe.Run(request, cancellationToken: Stop);

        Assert.Equal([1, 2], scores.Select(score => score.Shots));
        Assert.All(scores, score =>
        {
            Assert.Equal(
                (100, 0, 2), (score.Accuracy.Mean, score.Accuracy.StandardDeviation, score.Accuracy.Values.Count));
            Assert.Equal([1, 2], score.Runs.Select(run => run.Seed));
            Assert.All(score.Runs, run => Assert.Equal((100, 100), (run.Validation, run.Test)));
        });
    }

    [Fact]
    public void Says_which_pictures_are_missing_or_cannot_be_read()
    {
        File.WriteAllText(Path.Combine(_folder, "train", "wide", "damaged.png"), "no picture");
        var watcher = new Watcher();

        LinearProbe.Run(Request() with { Shots = [4], Seeds = 1 }, watcher, Stop);

        Assert.Contains("damaged.png", watcher.Warnings[2], StringComparison.Ordinal);
        Assert.Equal(
            [
                "the class 'high' has 3 training pictures, fewer than 4: all are taken",
                "the class 'wide' has 3 training pictures, fewer than 4: all are taken",
            ],
            watcher.Warnings[3..]);
    }

    [Fact]
    public void Warns_of_pictures_that_are_measured_on_and_learned_from()
    {
        Write("val", "wide", count: 3, TestPictures.Gradient(61, 20));
        Write("val", "high", count: 3, TestPictures.Gradient(20, 61));
        Write("test", "high", count: 2, TestPictures.Gradient(20, 62));
        var watcher = new Watcher();

        LinearProbe.Run(Request() with { Shots = [1], Seeds = 1 }, watcher, Stop);

        // All of val was replaced; of test's six the three wide ones and the last high one are as in train.
        Assert.Equal(
            "among the training pictures are, byte for byte, 4 of 6 test pictures: what is learned by heart counts as "
            + "recognised. Keep the folders apart",
            Assert.Single(watcher.Warnings));
    }

    [Fact]
    public void Warns_of_a_picture_that_lies_in_two_classes()
    {
        string[] high = Directory.GetFiles(Path.Combine(_folder, "test", "high"));
        File.Copy(high[0], Path.Combine(_folder, "test", "wide", "9.png"));
        var watcher = new Watcher();

        LinearProbe.Run(Request() with { Shots = [1], Seeds = 1 }, watcher, Stop);

        Assert.Single(watcher.Warnings, warning =>
            warning.StartsWith("1 picture has the bytes of one of another class", StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_folders_of_other_classes()
    {
        Directory.Move(Path.Combine(_folder, "test", "high"), Path.Combine(_folder, "test", "low"));

        var error = Assert.Throws<PromptKDException>(() => LinearProbe.Run(Request(), cancellationToken: Stop));

        Assert.Contains("low", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Refuses_to_draw_nothing(int shots, int seeds) => Assert.Throws<PromptKDException>(() =>
        LinearProbe.Run(Request() with { Shots = [shots], Seeds = seeds }, cancellationToken: Stop));

    private LinearProbeRequest Request() => new()
    {
        Clip = s_clip,
        Train = Path.Combine(_folder, "train"),
        Validation = Path.Combine(_folder, "val"),
        Test = Path.Combine(_folder, "test"),
        Precision = ComputePrecision.Fp32,
    };

    private void Write(string part, string name, int count, byte[] picture)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, part, name)).FullName;
        for (int number = 0; number < count; number++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{number}.png"), picture);
        }
    }

    private sealed class Watcher : ITrainingObserver
    {
        public List<string> Warnings { get; } = [];

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
