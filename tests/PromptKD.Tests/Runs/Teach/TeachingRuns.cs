using System.Security.Cryptography;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Runs;

namespace PromptKD.Tests.Runs.Teach;

/// <summary>Runs of <see cref="Experiment.Teach"/> on four class folders, with tiny random CLIPs.</summary>
internal sealed class TeachingRuns : IDisposable
{
    public const int Epochs = 2;

    /// <summary>Two base classes of two shots each, in batches of two.</summary>
    public const int Steps = Epochs * 2;

    private readonly int _threads = get_num_threads();

    public TeachingRuns()
    {
        // Models this small are not faster on two threads, and much slower where those have to wait for a core.
        set_num_threads(1);
        TinyClip.Write(Clip, TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(Student, TinyClip.Architecture, seed: 1000);
        string drawn = Path.Combine(Folder, "drawn");
        DemoData.Write(drawn, photosPerClass: 1, testPerClass: 3);
        foreach (string name in Classes)
        {
            Directory.CreateDirectory(Labelled);
            Directory.Move(Path.Combine(drawn, DemoData.TestFolder, name), Path.Combine(Labelled, name));
        }
    }

    public static string[] Classes { get; } = [.. DemoClass.All.Take(4).Select(one => one.Name)];

    /// <summary>Goes with these runs.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    public string Clip => Path.Combine(Folder, "clip.safetensors");

    public string Student => Path.Combine(Folder, "student.safetensors");

    public string Labelled => Path.Combine(Folder, "labelled");

    public static TeachingReport Teach(ExperimentConfig config) =>
        Experiment.Teach(config, cancellationToken: TestContext.Current.CancellationToken);

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(Folder, recursive: true);
    }

    public string Output(string run) => Path.Combine(Folder, run);

    public ExperimentConfig Config(string run = "run")
    {
        ExperimentConfig paper = TeachPreset.Config;
        return paper with
        {
            OutputDir = Output(run),
            Device = "cpu",
            Dataset = paper.Dataset with { NumShots = 2 },
            Optim = paper.Optim with { MaxEpoch = Epochs },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 2 } },
            Trainer = paper.Trainer with
            {
                PromptSRC = paper.Trainer.PromptSRC with { Prec = "fp32", GpaMean = 1 },
            },
            Distill = new DistillConfig
            {
                Labelled = Labelled,
                Classes = [.. Classes],
                Teacher = Clip,
                Vocab = TinyClip.Vocabulary,
                Base = 2,
            },
        };
    }

    /// <summary>A distillation with one batch an epoch.</summary>
    public ExperimentConfig Distillation(string run)
    {
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            OutputDir = Output(run),
            Device = "cpu",
            Optim = paper.Optim with { MaxEpoch = Epochs },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 48 } },
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { Prec = "fp32" } },
            Distill = Config().Distill with
            {
                Images = Path.Combine(Folder, "drawn", DemoData.PhotosFolder),
                Student = Student,
            },
        };
    }

    /// <summary>
    /// SHA-256 by name of all that a run wrote, but for log and configuration, which name the folder, what it remembers
    /// of its inputs, which has times, and the checkpoint before the last, whose place depends on time.
    /// </summary>
    public Dictionary<string, string> Digests(string run) =>
        Directory.EnumerateFiles(Output(run), "*", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith("events.out.tfevents", StringComparison.Ordinal))
            .Where(path => Path.GetFileName(path)
                is not ("log.txt" or "config.yaml" or ".digests.tsv" or "previous.safetensors"))
            .ToDictionary(
                path => Path.GetRelativePath(Output(run), path),
                path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
}
