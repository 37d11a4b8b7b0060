using PromptKD.Configuration;
using PromptKD.Demo;
using PromptKD.Features.Store;
using PromptKD.Golden;

namespace PromptKD.Tests;

/// <summary>Teacher stores, made from the demo's teacher and a few pictures, and runs that learn from them.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class TeacherStoringTests : IDisposable
{
    // Stored entries are rounded to 11 bits, by 2^-11 of themselves at most; the loss of the first step, before anything
    // was learned, moves by about as much. Every update after it multiplies the difference.
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
        DistillationReport live = Experiment.Distil(OneStepAnEpoch(Config("live")), cancellation: Stop);
        Assert.Equal(0, TeacherStoring.Fill(Config("live", Store), StorePart.Whole, cancellation: Stop));

        DistillationReport stored = Experiment.Distil(OneStepAnEpoch(Config("stored", Store)), cancellation: Stop);

        Assert.InRange(stored.Epochs[0].Loss / live.Epochs[0].Loss, 1 - FirstStepTolerance, 1 + FirstStepTolerance);
        Assert.InRange(stored.Epochs[1].Loss / live.Epochs[1].Loss, 1 - SecondStepTolerance, 1 + SecondStepTolerance);
    }

    [Fact]
    public void A_second_run_on_the_same_store_needs_no_teacher()
    {
        TeacherStoring.Fill(Config("first", Store), StorePart.Whole, cancellation: Stop);
        Experiment.Distil(Config("first", Store), cancellation: Stop);
        ExperimentConfig second = Config("second", Store) with { Seed = 7 };
        second = second with { Distill = second.Distill with { Teacher = "" } };

        DistillationReport report = Experiment.Distil(second, cancellation: Stop);

        Assert.Equal(2, report.Epochs.Count);
    }

    [Fact]
    public void Parts_make_the_same_files_as_one_process()
    {
        TeacherStoring.Fill(Config("whole", Store), StorePart.Whole, cancellation: Stop);
        string shared = Path.Combine(_folder, "shared");

        Assert.Equal(1, TeacherStoring.Fill(Config("part", shared), new StorePart(1, 2), cancellation: Stop));
        Assert.Equal(0, TeacherStoring.Fill(Config("part", shared), new StorePart(0, 2), cancellation: Stop));

        Assert.Equal(Files(Store), Files(shared));
    }

    [Fact]
    public void A_damaged_shard_is_named_refused_and_made_again()
    {
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellation: Stop);
        Dictionary<string, string> whole = Files(Store);
        string shard = Path.Combine(Store, "shards", "00001.safetensors");
        byte[] bytes = File.ReadAllBytes(shard);
        bytes[^1] ^= 1;
        File.WriteAllBytes(shard, bytes);

        Assert.Contains("00001", Assert.Single(TeacherStoring.Check(Store)), StringComparison.Ordinal);
        Assert.Throws<PromptKDException>(() => Experiment.Distil(Config("run", Store), cancellation: Stop));
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellation: Stop);

        Assert.Empty(TeacherStoring.Check(Store));
        Assert.Equal(whole, Files(Store).Where(file => whole.ContainsKey(file.Key)).ToDictionary());
    }

    [Fact]
    public void A_store_of_something_else_is_refused_by_name()
    {
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellation: Stop);
        ExperimentConfig config = Config("run", Store);
        (string Name, ExperimentConfig Config)[] others =
        [
            ("views", config with { Seed = 9 }),
            ("viewCount", config with { Distill = config.Distill with { Views = 3 } }),
            ("teacher", config with { Distill = config.Distill with { Teacher = config.Distill.Student } }),
            ("preprocessing", config with { Input = config.Input with { PixelMean = [0.5, 0.5, 0.5] } }),
            ("pictures", config with { Distill = config.Distill with { Images = config.Distill.Val } }),
        ];

        Assert.All(others, other => Assert.Contains(
            $"another '{other.Name}'",
            Assert.Throws<PromptKDException>(() =>
                TeacherStoring.Fill(other.Config, StorePart.Whole, cancellation: Stop)).Message,
            StringComparison.Ordinal));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path),
            path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    private static ExperimentConfig OneStepAnEpoch(ExperimentConfig config) => config with
    {
        DataLoader = config.DataLoader with { TrainX = config.DataLoader.TrainX with { BatchSize = 256 } },
    };

    private ExperimentConfig Config(string run, string store = "")
    {
        string models = Path.Combine(ProjectFolder.Root, "demo");
        ExperimentConfig paper = DistillationDefaults.Config;
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
}
