using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Features.Store;
using PromptKD.Golden;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Speed;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Teachers;

/// <summary>Teacher stores, made from the demo's teacher and a few pictures, and runs that learn from them.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class TeacherStoringTests : IDisposable
{
    // Stored entries are rounded to 11 bits, by 2^-11 of themselves at most; the loss of the first step, before
    // anything was learned, moves by about as much. Every update after it multiplies the difference.
    private const double FirstStepTolerance = 5e-4;
    private const double SecondStepTolerance = 5e-3;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public TeacherStoringTests()
    {
        DemoData.Write(Pictures, photosPerClass: 6, testPerClass: 1);
        File.WriteAllText(Path.Combine(Pictures, DemoData.PhotosFolder, "damaged.png"), "no picture");
    }

    private string Pictures => Path.Combine(_folder, "pictures");

    private string Store => Path.Combine(_folder, "store");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Training_from_a_store_with_a_view_an_epoch_is_live_training_to_the_precision_of_float16()
    {
        DistillationReport live = Experiment.Distil(OneStepAnEpoch(Config("live")), cancellationToken: Stop);
        Assert.Equal(0, TeacherStoring.Fill(Config("live", Store), StorePart.Whole, cancellationToken: Stop));

        DistillationReport stored = Experiment.Distil(OneStepAnEpoch(Config("stored", Store)), cancellationToken: Stop);

        Assert.InRange(stored.Epochs[0].Loss / live.Epochs[0].Loss, 1 - FirstStepTolerance, 1 + FirstStepTolerance);
        Assert.InRange(stored.Epochs[1].Loss / live.Epochs[1].Loss, 1 - SecondStepTolerance, 1 + SecondStepTolerance);
    }

    [Fact]
    public void A_student_of_a_store_is_the_student_of_the_live_teacher_to_the_precision_of_float16()
    {
        // Rounding moves an entry of the teacher's features by 2^-11 of itself, so a feature of length one by 2^-11, a
        // logit by that times the scale, and the probabilities by no more than a logit in sum (softmax from largest
        // entries to sums does not expand). No student can be asked to be nearer to its target than the target itself;
        // and what was learned is to be as near as its own copy in float16 would be. Steps are small: large ones move
        // apart whatever differs, as bench/store.sh shows.
        DistillationReport live = Experiment.Distil(SmallSteps(Config("live")), cancellationToken: Stop);
        TeacherStoring.Fill(Config("live", Store), StorePart.Whole, cancellationToken: Stop);

        DistillationReport stored = Experiment.Distil(SmallSteps(Config("stored", Store)), cancellationToken: Stop);

        var difference = StudentDifference.Of(live, stored, Config("live").Distill.Val);
        double targets = TeacherScale() * StudentDifference.HalfPrecision;
        Assert.InRange(difference.Learned, double.Epsilon, StudentDifference.HalfPrecision);
        Assert.InRange(difference.Probabilities, double.Epsilon, targets);
        Assert.All(difference.Losses, loss => Assert.InRange(loss, 0, targets));
    }

    [Fact]
    public void Further_runs_on_the_same_store_open_no_teacher()
    {
        TeacherStoring.Fill(Config("first", Store), StorePart.Whole, cancellationToken: Stop);
        Experiment.Distil(Config("first", Store), cancellationToken: Stop);
        ExperimentConfig config = Config("second", Store);
        config = config with { Distill = config.Distill with { Teacher = "" } };
        PromptKDConfig method = config.Trainer.PromptKD;
        ExperimentConfig[] others =
        [
            config with { Seed = 7 },
            config with { Trainer = config.Trainer with { PromptKD = method with { KdWeight = 50 } } },
            config with { Trainer = config.Trainer with { PromptKD = method with { Temperature = 2 } } },
        ];

        Assert.All(others.Index(), other =>
        {
            var watcher = new Watcher();
            ExperimentConfig run = other.Item with { OutputDir = Path.Combine(_folder, $"further {other.Index}") };
            Assert.Equal(2, Experiment.Distil(run, watcher, Stop).Epochs.Count);
            Assert.DoesNotContain(
                watcher.Phases, phase => phase.Contains("eading the teacher", StringComparison.Ordinal));
            Assert.Equal(0, watcher.StoredViews);
        });
    }

    [Fact]
    public void Other_class_names_need_the_teachers_texts_but_no_pictures()
    {
        TeacherStoring.Fill(Config("first", Store), StorePart.Whole, cancellationToken: Stop);
        Dictionary<string, string> before = Files(Store);
        ExperimentConfig config = Config("second", Store);
        config = config with { Distill = config.Distill with { Classes = ["cat", "dog"], Val = "" } };
        var watcher = new Watcher();

        Experiment.Distil(config, watcher, Stop);

        Assert.Contains(watcher.Phases, phase => phase.StartsWith("Encoding 2 class names", StringComparison.Ordinal));
        Assert.Equal(0, watcher.StoredViews);
        Dictionary<string, string> after = Files(Store);
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
        Assert.StartsWith("class_vectors", Assert.Single(after.Keys.Except(before.Keys)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_without_these_class_names_asks_for_the_teacher()
    {
        TeacherStoring.Fill(Config("first", Store), StorePart.Whole, cancellationToken: Stop);
        ExperimentConfig config = Config("second", Store);
        config = config with { Distill = config.Distill with { Teacher = "" } };

        var error = Assert.Throws<PromptKDException>(() => Experiment.Distil(config, cancellationToken: Stop));

        Assert.Contains("has no class vectors for these names", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_a_run_made_itself_serves_another_run_without_a_teacher()
    {
        ExperimentConfig first = Config("first");
        Experiment.Distil(first with { Distill = first.Distill with { Views = 2 } }, cancellationToken: Stop);
        ExperimentConfig second = Config("second", Path.Combine(first.OutputDir, "teacher-store"));

        DistillationReport report = Experiment.Distil(
            second with { Distill = second.Distill with { Teacher = "" } }, cancellationToken: Stop);

        Assert.Equal(2, report.Epochs.Count);
    }

    [Fact]
    public void Neither_filling_a_store_nor_training_from_it_keeps_more_tensors_with_time()
    {
        ExperimentConfig config = Config("run", Store);
        config = config with { Optim = config.Optim with { MaxEpoch = 4 } };
        config = config with { Distill = config.Distill with { Views = 5 } };
        var watcher = new Watcher();

        TeacherStoring.Fill(config, StorePart.Whole, watcher, Stop);
        Experiment.Distil(config, watcher, Stop);

        // Batches that are loaded ahead come and go. Between epochs there are none.
        const int LoadedAhead = 4;
        long[] filling = [.. watcher.TensorsBehindBatches];
        int half = filling.Length / 2;
        Assert.True(half > 5 * LoadedAhead);
        Assert.InRange(filling[half..].Max(), 0, filling[..half].Max() + LoadedAhead);
        Assert.Equal(4, watcher.TensorsBehindEpochs.Count);
        Assert.All(watcher.TensorsBehindEpochs, count => Assert.InRange(count, 0, watcher.TensorsBehindEpochs[0]));
    }

    [Fact]
    public void Parts_make_the_same_files_as_one_process()
    {
        TeacherStoring.Fill(Config("whole", Store), StorePart.Whole, cancellationToken: Stop);
        string shared = Path.Combine(_folder, "shared");

        Assert.Equal(1, TeacherStoring.Fill(Config("part", shared), new StorePart(1, 2), cancellationToken: Stop));
        Assert.Equal(0, TeacherStoring.Fill(Config("part", shared), new StorePart(0, 2), cancellationToken: Stop));

        Assert.Equal(Files(Store), Files(shared));
    }

    [Fact]
    public void A_damaged_shard_is_named_refused_and_made_again()
    {
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellationToken: Stop);
        Dictionary<string, string> whole = Files(Store);
        string shard = Path.Combine(Store, "shards", "00001.safetensors");
        byte[] bytes = File.ReadAllBytes(shard);
        bytes[^1] ^= 1;
        File.WriteAllBytes(shard, bytes);

        Assert.Contains(
            "00001",
            Assert.Single(TeacherStoring.Check(Store, TestContext.Current.CancellationToken)),
            StringComparison.Ordinal);
        Assert.Throws<PromptKDException>(() => Experiment.Distil(Config("run", Store), cancellationToken: Stop));
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellationToken: Stop);

        Assert.Empty(TeacherStoring.Check(Store, TestContext.Current.CancellationToken));
        Assert.Equal(whole, Files(Store).Where(file => whole.ContainsKey(file.Key)).ToDictionary());
    }

    [Fact]
    public void A_store_of_something_else_is_refused_by_name()
    {
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellationToken: Stop);
        ExperimentConfig config = Config("run", Store);
        (string Name, ExperimentConfig Config)[] others =
        [
            ("another 'views'", config with { Seed = 9 }),
            ("another 'viewCount'", config with { Distill = config.Distill with { Views = 3 } }),
            ("another 'teacher'", config with { Distill = config.Distill with { Teacher = config.Distill.Student } }),
            ("another 'preprocessing'", config with { Input = config.Input with { PixelMean = [0.5, 0.5, 0.5] } }),
            ("other pictures: ", config with { Distill = config.Distill with { Images = config.Distill.Val } }),
        ];

        Assert.All(others, other => Assert.Contains(
            other.Name,
            Assert.Throws<PromptKDException>(() =>
                TeacherStoring.Fill(other.Config, StorePart.Whole, cancellationToken: Stop)).Message,
            StringComparison.Ordinal));
    }

    // exp(logit_scale) of the demo's teacher, which its class vectors carry.
    private double TeacherScale()
    {
        string vectors = Assert.Single(Directory.EnumerateFiles(Path.Combine(Store, "class_vectors")));
        return double.Parse(SafetensorsFile.ReadMetadata(vectors)["logit_scale"], CultureInfo.InvariantCulture);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != ".digests.tsv")
            .ToDictionary(
                path => Path.GetRelativePath(folder, path),
                path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    private static ExperimentConfig SmallSteps(ExperimentConfig config) =>
        config with { Optim = config.Optim with { Lr = 2e-4 } };

    private static ExperimentConfig OneStepAnEpoch(ExperimentConfig config) => config with
    {
        DataLoader = config.DataLoader with { TrainX = config.DataLoader.TrainX with { BatchSize = 256 } },
    };

    private ExperimentConfig Config(string run, string store = "")
    {
        string models = Path.Combine(ProjectFolder.Root, "demo");
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            OutputDir = Path.Combine(_folder, run),
            Optim = paper.Optim with { MaxEpoch = 2, WarmupEpoch = 0 },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 32 } },
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { Prec = "fp32", KdWeight = 100 } },
            Distill = new DistillConfig
            {
                Images = Path.Combine(Pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(models, "teacher"),
                Student = Path.Combine(models, "student"),
                Vocab = Path.Combine(models, "teacher", "merges.txt"),
                Val = Path.Combine(Pictures, DemoData.TestFolder),
                Store = store,
                Views = store.Length > 0 ? 2 : 0,
            },
        };
    }

    /// <summary>Remembers what a run says and holds.</summary>
    private sealed class Watcher : ITrainingObserver
    {
        public List<string> Phases { get; } = [];

        public List<long> TensorsBehindBatches { get; } = [];

        public List<long> TensorsBehindEpochs { get; } = [];

        public long StoredViews { get; private set; }

        public void OnPhase(string description) => Phases.Add(description);

        public void OnStored(long done, long total)
        {
            StoredViews = done;
            TensorsBehindBatches.Add(Tensor.TotalCount);
        }

        public void OnEpoch(EpochRecord epoch) => TensorsBehindEpochs.Add(Tensor.TotalCount);
    }
}
