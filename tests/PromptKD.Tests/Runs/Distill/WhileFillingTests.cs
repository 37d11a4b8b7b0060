using PromptKD.Configuration;
using PromptKD.Features.Store;
using PromptKD.Teachers;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Runs that learn from a store while it is filled: three shards, which come when a test lets them.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class WhileFillingTests : IDisposable
{
    // Of 256 pictures each, and the rest.
    private const int Shards = 3, Pictures = 600, BatchSize = 50;

    private readonly DistillingRuns _runs = new();
    private readonly string _store;
    private readonly string _aside;

    public WhileFillingTests()
    {
        byte[] first = TestPictures.Gradient(20, 20), second = TestPictures.Gradient(24, 18);
        for (int number = DistillingRuns.Pictures; number < Pictures; number++)
        {
            File.WriteAllBytes(_runs.Picture(number), number % 2 == 0 ? first : second);
        }

        _store = _runs.Output("store");
        _aside = _runs.Output("aside");
        TeacherStoring.Fill(
            Config("filling", "DISTILL.STORE", _store, "DISTILL.VIEWS", "1"), StorePart.Whole, cancellationToken: Stop);
        Directory.Move(_store, _aside);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("0")]
    [InlineData("2", "DISTILL.HOLDOUT", "0.1")]
    [InlineData("0", "DISTILL.START.EPOCHS", "2", "DISTILL.START.RIDGE", "0.1")]
    [InlineData("0", "DISTILL.TARGET.BALANCE", "0.5")]
    public void A_run_learns_the_same_while_its_store_is_filled_as_behind_that(string group, params string[] keys)
    {
        Experiment.Distil(
            Config("whole", ["DISTILL.STORE", _aside, "DISTILL.FIRST_EPOCH_SHARDS", group, .. keys]),
            cancellationToken: Stop);
        using var waits = new ManualResetEventSlim();
        var listener = new Listener { AtPhase = SetAt(waits, "nobody has begun") };
        using var filler = new Filler(() =>
        {
            Assert.True(waits.Wait(TimeSpan.FromMinutes(2), Stop));
            foreach (int shard in Enumerable.Range(0, Shards).Reverse())
            {
                Give(shard);
                Thread.Sleep(TimeSpan.FromSeconds(1));
            }
        });

        Experiment.Distil(Waiting("run", ["DISTILL.FIRST_EPOCH_SHARDS", group, .. keys]), listener, Stop);

        Assert.Contains(listener.Phases, phase =>
            phase.StartsWith($"Waiting for the teacher store {_store}: nobody has begun", StringComparison.Ordinal));
        Assert.Contains(listener.Phases, phase =>
            phase.StartsWith($"The teacher store {_store} is complete; waited ", StringComparison.Ordinal));
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    [Fact]
    public void The_first_epoch_follows_the_filling_where_it_mixes_few_shards()
    {
        // A shard comes when the run has learned from the one before it.
        int given = 0, steps = 0;
        var listener = new Listener(() =>
        {
            if (++steps == given * 256 / BatchSize && given < Shards)
            {
                Give(given++);
            }
        });
        Give(given++);

        Experiment.Distil(Waiting("run", "DISTILL.FIRST_EPOCH_SHARDS", "1"), listener, Stop);

        Experiment.Distil(
            Config("whole", "DISTILL.STORE", _aside, "DISTILL.FIRST_EPOCH_SHARDS", "1"), cancellationToken: Stop);
        Assert.Equal(Shards, given);
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    [Fact]
    public void A_run_whose_store_nobody_fills_any_more_ends_saved_and_goes_on()
    {
        string[] keys = ["DISTILL.FIRST_EPOCH_SHARDS", "1"];
        Give(0);
        var first = new Listener();
        string message = Assert.Throws<PromptKDException>(() => Experiment.Distil(
            Waiting("run", [.. keys, "DISTILL.FILLING_MINUTES", "0.01"]), first, Stop)).Message;
        Give(1);
        Give(2);
        var second = new Listener();

        Experiment.Distil(Waiting("run", keys), second, Stop);

        Assert.StartsWith(
            $"Waited for the teacher store {_store}: of 3 shards 1 are there, and the next pictures need 1 more, the "
            + $"first {Path.Combine(_store, "shards", "00001.safetensors")}: missing. Nothing was written there for ",
            message,
            StringComparison.Ordinal);
        Assert.Equal(256 / BatchSize, first.Steps);
        Assert.Equal((2 * Pictures / BatchSize) - first.Steps, second.Steps);
        Experiment.Distil(Config("whole", ["DISTILL.STORE", _aside, .. keys]), cancellationToken: Stop);
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    [Fact]
    public void A_run_that_waits_stops_when_it_is_told_to_and_goes_on()
    {
        string[] keys = ["DISTILL.FIRST_EPOCH_SHARDS", "1"];
        Give(0);
        using var stop = new CancellationTokenSource();
        var first = new Listener(() => stop.CancelAfter(TimeSpan.FromSeconds(1)));
        Assert.Throws<OperationCanceledException>(() => Experiment.Distil(Waiting("run", keys), first, stop.Token));
        Give(1);
        Give(2);

        Experiment.Distil(Waiting("run", keys), cancellationToken: Stop);

        Experiment.Distil(Config("whole", ["DISTILL.STORE", _aside, .. keys]), cancellationToken: Stop);
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    [Fact]
    public void A_damaged_shard_is_waited_for_until_it_is_made_again()
    {
        Give(0);
        Give(2);
        string path = Give(1);
        byte[] good = File.ReadAllBytes(path);
        byte[] bad = [.. good];
        bad[^1] ^= 1;
        File.WriteAllBytes(path, bad);
        using var isSaid = new ManualResetEventSlim();
        var listener = new Listener { AtPhase = SetAt(isSaid, "damaged") };
        using var filler = new Filler(() =>
        {
            Assert.True(isSaid.Wait(TimeSpan.FromMinutes(2), Stop));
            File.WriteAllBytes($"{path}.new", good);
            File.Move($"{path}.new", path, overwrite: true);
        });

        Experiment.Distil(Waiting("run"), listener, Stop);

        Assert.Contains(listener.Phases, phase => phase.Contains(
            $"{path}: damaged, its content is not what was written", StringComparison.Ordinal));
        Experiment.Distil(Config("whole", "DISTILL.STORE", _aside), cancellationToken: Stop);
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    [Fact]
    public void A_store_of_other_pictures_is_refused_at_once()
    {
        Give(0);
        File.Delete(_runs.Picture(3));

        Assert.Contains(
            $"The teacher store {_store} was made from ",
            Assert.Throws<PromptKDException>(() => Experiment.Distil(Waiting("run"), cancellationToken: Stop)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_nobody_begins_is_given_up()
    {
        Assert.StartsWith(
            $"Waited for the teacher store {_store}: nobody has begun it. Nothing was written there for ",
            Assert.Throws<PromptKDException>(() => Experiment.Distil(
                Waiting("run", "DISTILL.FILLING_MINUTES", "0.01"), cancellationToken: Stop)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Class_vectors_that_the_filler_keeps_are_waited_for_until_its_first_shard()
    {
        // A run with the teacher keeps them.
        Experiment.Distil(Config("whole", "DISTILL.STORE", _aside), cancellationToken: Stop);
        using var filler = new Filler(() =>
        {
            Begin();
            Thread.Sleep(TimeSpan.FromSeconds(1));
            CopyWhole(Assert.Single(Directory.GetFiles(Path.Combine(_aside, "class_vectors"))));
            Enumerable.Range(0, Shards).ToList().ForEach(shard => Give(shard));
        });

        Experiment.Distil(Waiting("run", "DISTILL.TEACHER", ""), cancellationToken: Stop);

        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
        Assert.Contains(
            "has no class vectors for these names",
            Assert.Throws<PromptKDException>(() => Experiment.Distil(
                Waiting("other", "DISTILL.TEACHER", "", "DISTILL.CLASSES", "['dog', 'cat']"),
                cancellationToken: Stop)).Message,
            StringComparison.Ordinal);
    }

    private ExperimentConfig Config(string run, params string[] keys) => _runs.Config(
        run, ["DISTILL.HOLDOUT", "0", "DATALOADER.TRAIN_X.BATCH_SIZE", $"{BatchSize}", .. keys]);

    private ExperimentConfig Waiting(string run, params string[] keys) => Config(
        run, ["DISTILL.STORE", _store, "DISTILL.WHILE_FILLING", "True", "DISTILL.FILLING_MINUTES", "1", .. keys]);

    private static Action<string> SetAt(ManualResetEventSlim heard, string words) => phase =>
    {
        if (phase.Contains(words, StringComparison.Ordinal))
        {
            heard.Set();
        }
    };

    private void Begin() => CopyWhole(Path.Combine(_aside, "index.json"));

    // Begins the store where there is none.
    private string Give(int shard)
    {
        Begin();
        return CopyWhole(Path.Combine(_aside, "shards", $"{shard:00000}.safetensors"));
    }

    // As whoever fills it does: whole, or not at all.
    private string CopyWhole(string file)
    {
        string place = Path.Combine(_store, Path.GetRelativePath(_aside, file));
        if (!File.Exists(place))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, $"{place}.new");
            File.Move($"{place}.new", place);
        }

        return place;
    }

    private sealed class Filler : IDisposable
    {
        private readonly Thread _thread;
        private Exception? _fault;

        public Filler(Action work)
        {
            _thread = new Thread(() => _fault = Record.Exception(work));
            _thread.Start();
        }

        public void Dispose()
        {
            _thread.Join();
            Assert.Null(_fault);
        }
    }
}
