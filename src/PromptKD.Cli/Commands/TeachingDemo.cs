using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd demo --teach</c>: both stages of the paper. A teacher that was pre-trained in daylight is tuned
/// on labelled pictures of the base classes at night; one student learns from it, another from the teacher as it came.
/// </summary>
internal static class TeachingDemo
{
    /// <summary>Labelled pictures of each base class, as in the paper.</summary>
    public const int Shots = 16;

    /// <summary>Teaches, distils twice, and prints what each came to.</summary>
    /// <param name="demo">Settings of the demo without a first stage.</param>
    /// <param name="pictures">The folder of the drawn pictures.</param>
    /// <param name="cancellation">Stops it; the same command goes on.</param>
    public static void Run(ExperimentConfig demo, string pictures, CancellationToken cancellation)
    {
        string teacher = Path.Combine(AppContext.BaseDirectory, "demo", "plain-teacher");
        ExperimentConfig plain = demo with
        {
            OutputDir = Path.Combine(demo.OutputDir, "from-zero-shot"),
            Distill = demo.Distill with { Teacher = teacher, Vocab = Path.Combine(teacher, "merges.txt") },
        };
        ExperimentConfig taught = plain with
        {
            OutputDir = Path.Combine(demo.OutputDir, "from-taught"),
            Distill = plain.Distill with { Labelled = Path.Combine(pictures, DemoData.LabelledFolder) },
        };
        (TeachingReport tuned, DistillationReport second) = Experiment.TeachAndDistil(
            TwoStages.Join(Teaching(demo), taught, cancellation),
            new RunDisplay(),
            new RunDisplay(),
            cancellation);
        DistillationReport first = Experiment.Distil(plain, new RunDisplay(), cancellation);
        AccuracyTable.Print(
            ("teacher, zero-shot", tuned.ZeroShot),
            ("teacher, taught", tuned.Taught),
            ("student of the zero-shot teacher", first.Student),
            ("student of the taught teacher", second.Student));
        Answers.Lines($"""

            The labels are of {tuned.Pictures} pictures of the {tuned.LearnedClasses.Count} base classes, and the
            teacher alone saw them. Each half of the classes is scored among its own. One call does both
            stages on your own pictures:

              promptkd distill --labelled labelled/ --shots 16 --images photos/ --classes classes.txt \
                --teacher openai:ViT-L/14 --student openai:ViT-B/16 --output runs/photos
            """);
    }

    // The paper's settings, but for what the demo's models and pictures want (docs/demo.md).
    private static ExperimentConfig Teaching(ExperimentConfig demo)
    {
        ExperimentConfig paper = TeachPreset.Config.InPrecision(ComputePrecision.Fp32);
        return paper with
        {
            Dataset = paper.Dataset with { NumShots = Shots },
            Optim = paper.Optim with { Lr = 0.01, WarmupEpoch = 0 },
            Trainer = paper.Trainer with { PromptKD = demo.Trainer.PromptKD },
        };
    }
}
