using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runs;
using PromptKD.Tests.Data;
using PromptKD.Training;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Runs of distilling on ten pictures, with tiny random CLIPs.</summary>
internal sealed class DistillingRuns : IDisposable
{
    public const int Pictures = 10;

    private readonly int _threads = get_num_threads();

    public DistillingRuns()
    {
        // Models this small are not faster on two threads, and much slower where those have to wait for a core.
        set_num_threads(1);
        TinyClip.Write(Teacher, TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(Student, TinyClip.Architecture, seed: 1000);
        Directory.CreateDirectory(Images);
        for (int number = 0; number < Pictures; number++)
        {
            File.WriteAllBytes(Picture(number), TestPictures.Gradient(40 + number, 30));
        }
    }

    /// <summary>Goes with these runs.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    public string Teacher => Path.Combine(Folder, "teacher.safetensors");

    public string Student => Path.Combine(Folder, "student.safetensors");

    public string Images => Path.Combine(Folder, "pictures");

    public static DistillationReport Distil(ExperimentConfig config, ITrainingObserver? observer = null) =>
        Experiment.Distil(config, observer, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(Folder, recursive: true);
    }

    public string Picture(int number) => Path.Combine(Images, $"{number}.png");

    public string Output(string run) => Path.Combine(Folder, run);

    /// <summary>The learned values and the frozen tower of a run's student.</summary>
    public byte[] StudentBytes(string run) =>
        File.ReadAllBytes(Path.Combine(Output(run), "student", "student.safetensors"));

    /// <summary>Two epochs of two steps.</summary>
    public ExperimentConfig Config(string run = "run", params string[] options) => Config(
        DistillPreset.Config, run, ["OPTIM.MAX_EPOCH", "2", "DATALOADER.TRAIN_X.BATCH_SIZE", "5", .. options]);

    /// <summary>What a recipe says, with inputs.</summary>
    public ExperimentConfig Config(ExperimentConfig recipe, string run, params string[] options) => recipe.MergeOverrides(
    [
        "OUTPUT_DIR", Output(run), "DEVICE", "cpu", "DATALOADER.NUM_WORKERS", "1", "TRAINER.PROMPTKD.PREC", "fp32",
        "DISTILL.IMAGES", Images, "DISTILL.CLASSES", "['cat', 'dog', 'owl']",
        "DISTILL.TEACHER", Teacher, "DISTILL.STUDENT", Student, "DISTILL.VOCAB", TinyClip.Vocabulary,
        .. options,
    ]);
}
