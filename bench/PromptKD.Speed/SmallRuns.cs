using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;

namespace PromptKD.Speed;

/// <summary>Distillations of the demo's models on pictures that it draws: whole runs of seconds.</summary>
/// <param name="models">The repository's folder <c>demo</c>.</param>
/// <param name="folder">Receives pictures, stores and runs.</param>
internal sealed class SmallRuns(string models, string folder)
{
    /// <summary>Pictures of a step.</summary>
    public const int BatchSize = 32;

    private string Pictures => Path.Combine(folder, "pictures");

    /// <summary>Labelled pictures that nothing learns from.</summary>
    public string TestPictures => Path.Combine(Pictures, DemoData.TestFolder);

    /// <summary>Draws the pictures.</summary>
    public void Draw(int photosPerClass, int testPerClass) => DemoData.Write(Pictures, photosPerClass, testPerClass);

    /// <summary>The settings of a run.</summary>
    /// <param name="name">Folder of the run.</param>
    /// <param name="epochs">As many views does a store have.</param>
    /// <param name="seed">Of crops, order and first values.</param>
    /// <param name="store">Folder of the store; null for a live teacher.</param>
    public ExperimentConfig Config(string name, int epochs, int seed, string? store = null)
    {
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            Seed = seed,
            OutputDir = Path.Combine(folder, name),
            Optim = paper.Optim with { MaxEpoch = epochs },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = BatchSize } },
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { Prec = "fp32" } },
            Distill = new DistillConfig
            {
                Images = Path.Combine(Pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(models, "teacher"),
                Student = Path.Combine(models, "student"),
                Vocab = Path.Combine(models, "teacher", "merges.txt"),
                Store = store is null ? "" : Path.Combine(folder, store),
                Views = store is null ? 0 : epochs,
            },
        };
    }
}
