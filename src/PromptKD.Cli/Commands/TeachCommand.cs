using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runs;
using PromptKD.Text.Names;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd teach</c>: a CLIP and a few labelled pictures in, a teacher's learned prompts out.</summary>
internal static class TeachCommand
{
    private static readonly ExperimentConfig s_defaults = TeachPreset.Config;

    private static readonly SettingOption[] s_settings =
    [
        new("--data", "DISTILL.LABELLED",
            "Class folders (CLASS NAME/picture), or labelled .tar and .parquet shards [required]", s_defaults),
        new("--clip", "DISTILL.TEACHER",
            "The CLIP to tune: a .pt, .safetensors or .bin file, a Hugging Face or open_clip folder, or a name such as "
            + "openai:ViT-L/14, which is fetched once [required]", s_defaults),
        new("--shots", "DATASET.NUM_SHOTS",
            "Labelled pictures of each class to learn from, drawn by --seed; 0: all. The others are measured on.",
            s_defaults),
        new("--val", "DISTILL.VAL",
            "Class folders to measure on in place of those others; never learned from [default: none]", s_defaults),
        new("--base", "DISTILL.BASE",
            "Learn the first N classes only, and measure base and novel classes apart; 0: all.", s_defaults),
        new("--epochs", "OPTIM.MAX_EPOCH", "Number of passes over the pictures.", s_defaults),
        new("--batch-size", "DATALOADER.TRAIN_X.BATCH_SIZE", "Number of pictures a step.", s_defaults),
        new("--lr", "OPTIM.LR", "Learning rate of stochastic gradient descent before the cosine schedule.", s_defaults),
        new("--prompt-depth", "TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION",
            "Number of layers of both towers that get learned tokens, from the input.", s_defaults,
            "TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT"),
        new("--prompt-length", "TRAINER.PROMPTSRC.N_CTX_VISION",
            "Number of learned tokens a layer; up to 4 start from the words 'a photo of a'.", s_defaults,
            "TRAINER.PROMPTSRC.N_CTX_TEXT"),
        new("--seed", "SEED", "Of shots, learned tokens, order, crops and flips.", s_defaults),
        new("--precision", "TRAINER.PROMPTSRC.PREC",
            "Of the frozen weights: auto (bf16 where it is fast, else fp32), fp32, bf16, or fp16 (GPUs only).",
            s_defaults),
        new("--memory", "TRAIN.MEMORY",
            "GiB that training may take in all: decides how many class names are encoded at a time; 0: what is free.",
            s_defaults),
        SettingOptions.Device,
        SettingOptions.Workers,
        SettingOptions.Vocabulary,
    ];

    private static readonly SettingToggle[] s_toggles = [SettingOptions.Upright, SettingOptions.Scale16Bit];

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            Description = "Folder of the run: VLPromptLearner/model.pth.tar-N, teacher.json, metrics.jsonl, log.txt, "
                + "config.yaml, checkpoints/. The same command goes on where an interrupted run stands [required]",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> classes = CommonOptions.Classes(
            "default: the names of the folders, sorted", "Class names in label order");

        Option<string[]> config = SettingOptions.ConfigFiles();
        Argument<string[]> overrides = SettingOptions.Overrides();
        var command = new Command("teach", "Tune a teacher on a few labelled pictures, for distill to learn from.")
        {
            output, classes, SettingOptions.AcceptChanges.Option, config, ProcessesOption.Option, overrides,
        };
        foreach (Option option in s_settings.Select(setting => (Option)setting.Option)
            .Concat(s_toggles.SelectMany(toggle => toggle.Options)))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            ExperimentConfig resolved = (parsed.GetValue(config) ?? [])
                .Aggregate(s_defaults, (merged, file) => merged.MergeFile(file))
                .MergeOverrides([.. s_settings.SelectMany(setting => setting.ToOverride(parsed))])
                .MergeOverrides([.. s_toggles.SelectMany(toggle => toggle.ToOverride(parsed))])
                .MergeOverrides([.. SettingOptions.AcceptChanges.ToOverride(parsed)])
                .MergeOverrides(parsed.GetValue(overrides) ?? []);
            ValueList<string> names = parsed.GetValue(classes) is { } given
                ? [.. ClassList.Read(given, Messages.Warning)]
                : resolved.Distill.Classes;
            resolved = resolved with
            {
                OutputDir = parsed.GetValue(output)!,
                Distill = resolved.Distill with { Classes = names },
            };
            return Task.FromResult(Run(resolved, cancellation));
        });
        return command;
    }

    /// <summary>Prints what a teacher came to.</summary>
    public static void Print(TeachingReport report)
    {
        if (report.MeasuredOn is not null)
        {
            Answers.Sentence($"The teacher, on the {report.MeasuredOn}:");
        }

        AccuracyTable.Print(("CLIP, zero-shot", report.ZeroShot), ("teacher, taught", report.Taught));
    }

    private static int Run(ExperimentConfig config, CancellationToken cancellation)
    {
        Outputs.Outlive();
        TeachingReport report = Experiment.Teach(config, new RunDisplay(), cancellation);
        Print(report);
        Answers.Lines($"""
            The teacher's prompts are in {report.Checkpoint}. Try:
              promptkd distill --teacher {Shell.Quote(config.Distill.Teacher)} \
                --teacher-prompts {Shell.Quote(report.Checkpoint)} \
                --images photos/ --classes classes.txt --student openai:ViT-B/16 --output runs/student
            """);
        return 0;
    }
}
