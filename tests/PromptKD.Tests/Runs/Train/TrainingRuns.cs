using System.Security.Cryptography;
using PromptKD.Configuration;
using PromptKD.Golden;
using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Runs.Train;

/// <summary>Runs of <see cref="Experiment.Train"/> on fake data sets of four classes, with tiny random CLIPs.</summary>
internal sealed class TrainingRuns : IDisposable
{
    /// <summary>The folder of Dassl's checkpoints, of PromptKD and PromptSRC.</summary>
    public const string Models = "VLPromptLearner";

    private readonly int _threads = get_num_threads();

    public TrainingRuns()
    {
        // Models this small are not faster on two threads, and much slower where those have to wait for a core.
        set_num_threads(1);
        TinyClip.Write(Teacher, TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(Student, TinyClip.Architecture, seed: 1000);
    }

    /// <summary>Goes with these runs.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    public string Teacher => Path.Combine(Folder, "teacher.safetensors");

    public string Student => Path.Combine(Folder, "student.safetensors");

    /// <summary>DATASET.ROOT.</summary>
    public string Root => Path.Combine(Folder, "data");

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(Folder, recursive: true);
    }

    public string Output(string run) => Path.Combine(Folder, run);

    /// <summary>The paper's settings with two epochs; the data set is made where there is none.</summary>
    public ExperimentConfig Config(
        string dataset = "EuroSAT",
        string modal = "base2novel",
        string run = "run",
        string[]? options = null)
    {
        if (!Directory.Exists(Root))
        {
            FakeDatasets.Create(dataset, Root);
        }

        string trainer = Path.Combine("trainers", "PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx.yaml");
        return new ExperimentConfig()
            .MergeFile(Path.Combine(ProjectFolder.Root, "configs", trainer))
            .MergeOverrides(
            [
                "OUTPUT_DIR", Output(run), "SEED", "1", "DEVICE", "cpu",
                "DATASET.NAME", dataset, "DATASET.ROOT", Root, "DATASET.NUM_SHOTS", "0",
                "TRAINER.NAME", "PromptKD", "TRAINER.MODAL", modal, "TRAINER.PROMPTKD.PREC", "fp32",
                "OPTIM.MAX_EPOCH", "2", "DATALOADER.NUM_WORKERS", "1",
                "DISTILL.TEACHER", Teacher, "DISTILL.TEACHER_PROMPTS", "none",
                "DISTILL.STUDENT", Student, "DISTILL.VOCAB", TinyClip.Vocabulary,
                .. options ?? [],
            ]);
    }

    /// <summary>A checkpoint of ours as a program of the family would have written it: without a comment.</summary>
    public static byte[] WithoutSeal(string path)
    {
        const int Comment = 13 + 64 + 8 + 64; // "promptkd run=", a mark, " sha256=", a digest
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.Length - Comment - 2, 2).Clear();
        return bytes[..^Comment];
    }

    /// <summary>
    /// SHA-256 by name of all that a run is for, but for log, curves, and the checkpoint before the last: where that
    /// stands is a matter of time.
    /// </summary>
    public Dictionary<string, string> Digests(string run) => new[] { Models, "student", "checkpoints" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Output(run), folder)))
        .Where(path => Path.GetFileName(path) != "previous.safetensors")
        .Concat([Path.Combine(Output(run), "metrics.jsonl"), Path.Combine(Output(run), "result.json")])
        .ToDictionary(
            path => Path.GetRelativePath(Output(run), path),
            path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
}
