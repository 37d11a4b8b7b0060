using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runs;
using PromptKD.Text.Names;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd distill</c>: unlabelled pictures and two CLIPs in, a small classifier out.</summary>
internal static class DistillCommand
{
    private static readonly SettingOption s_length =
        new("--prompt-length", "TRAINER.PROMPTKD.N_CTX_VISION", "Number of learned tokens a layer.");

    private static readonly SettingOption[] s_settings =
    [
        SettingOptions.Images,
        SettingOptions.Recipe,
        new("--labelled", "DISTILL.LABELLED",
            "Class folders (CLASS NAME/picture) to tune the teacher with first, as teach does, into DIR/teacher "
            + "[default: none]"),
        new("--student", "DISTILL.STUDENT", "The CLIP or image tower that learns: as --teacher [required]"),
        new("--student-picture-size", "DISTILL.STUDENT_PICTURE_SIZE",
            "Side of the pictures that the student looks at, in pixels; 0 for the size that it was made for. Positions "
            + "of a transformer are resampled."),
        new("--views", "DISTILL.VIEWS",
            "Views of each picture for which the teacher's features are stored (in the output folder) and used again "
            + "by later epochs; 0: the teacher looks at every step, as in the paper."),
        new("--val", "DISTILL.VAL",
            "Class folders (CLASS NAME/picture), measured after each epoch, never trained on [default: none]"),
        new("--holdout", "DISTILL.HOLDOUT",
            "Share of the pictures (0 to 0.5) that is never trained on, but compared with the teacher after each "
            + "epoch; 0, or less than 20 pictures: none."),
        new("--base", "DISTILL.BASE", "How many of the first classes are 'base' in reported accuracies; 0: no split."),
        new("--epochs", "OPTIM.MAX_EPOCH", "Number of passes over the pictures."),
        new("--batch-size", "DATALOADER.TRAIN_X.BATCH_SIZE", "Number of pictures a step."),
        new("--lr", "OPTIM.LR", "Learning rate before the cosine schedule."),
        new("--kd-weight", "TRAINER.PROMPTKD.KD_WEIGHT",
            "Scale of the distillation loss, which is averaged over pictures and classes."),
        new("--temperature", "TRAINER.PROMPTKD.TEMPERATURE", "Softens both distributions before they are compared."),
        new("--prompt-depth", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION",
            "Number of layers that get learned tokens, from the input."),
        s_length,
        new("--batch-norm", "TRAINER.PROMPTKD.BATCH_NORM",
            "With --tune tower or last:N, what batch normalisation does: keep its statistics (frozen), or move them "
            + "(moving)."),
        new("--seed", "SEED", "Of learned tokens, projector, order, crops and flips."),
        SettingOptions.Precision,
        SettingOptions.Device,
        SettingOptions.OnnxProvider,
        SettingOptions.Workers,
        SettingOptions.Vocabulary,
    ];

    private static readonly Option<int?> s_shots = new("--shots")
    {
        Description = "With --labelled: labelled pictures of each class to learn from; 0: all [default: 16]",
        HelpName = "N",
    };

    private static readonly Option<string[]> s_teachingConfig = new("--teach-config")
    {
        Description = "With --labelled: YAML file of settings to teach with (repeatable) [default: none]",
        HelpName = "FILE",
    };

    private static readonly SettingSwitch[] s_switches =
    [
        new("--strict", "DISTILL.STRICT", "An unreadable picture is an error, not skipped"),
        SettingOptions.FastJpeg,
        SettingOptions.AcceptChanges,
        SettingOptions.WhileFilling,
    ];

    private static readonly SettingToggle[] s_toggles = [SettingOptions.Upright, SettingOptions.Scale16Bit];

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            Description = "Folder of the run: student/, metrics.jsonl, log.txt, config.yaml, checkpoints/. The same "
                + "command goes on where an interrupted run stands [required]",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> classes = CommonOptions.Classes("default: the names of --class-vectors; required without");

        Option<string[]> templates = CommonOptions.Templates(" (repeatable: their features are averaged)");

        Option<string[]> config = SettingOptions.ConfigFiles();
        Argument<string[]> overrides = SettingOptions.Overrides();

        var command = new Command("distill", "Distil unlabelled pictures into a small classifier.")
        {
            output, classes, templates, config, TuneOption.Option, s_shots, s_teachingConfig, ProcessesOption.Option,
            overrides,
        };
        IEnumerable<Option> settings = s_settings.Select(setting => setting.Option);
        IEnumerable<Option> switches = s_switches.Select(setting => setting.Option);
        IEnumerable<Option> toggles = s_toggles.SelectMany(toggle => toggle.Options);
        foreach (Option option in settings.Concat(TeacherOptions.OfDistill.All).Concat(switches).Concat(toggles))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            ExperimentConfig resolved = Resolve(
                parsed, parsed.GetValue(config) ?? [], parsed.GetValue(overrides) ?? []);
            resolved = resolved with
            {
                OutputDir = parsed.GetValue(output)!,
                Distill = resolved.Distill with
                {
                    Classes = parsed.GetValue(classes) is { } names
                        ? [.. ClassList.Read(names, Messages.Warning)]
                        : resolved.Distill.Classes,
                },
            };
            if (parsed.GetValue(templates) is { Length: > 0 } patterns)
            {
                PromptKDConfig method = resolved.Trainer.PromptKD with { Templates = [.. patterns] };
                resolved = resolved with { Trainer = resolved.Trainer with { PromptKD = method } };
            }

            return Task.FromResult(Run(resolved, Teaching(parsed, resolved), cancellation));
        });
        return command;
    }

    // The recipe, then files, then options, then KEY VALUE: the last one wins.
    private static ExperimentConfig Resolve(ParseResult parsed, string[] files, string[] overrides) =>
        Recipe.Under(recipe =>
        {
            ExperimentConfig config = files.Aggregate(recipe, (merged, file) => merged.MergeFile(file))
                .MergeOverrides([.. s_settings.SelectMany(setting => setting.ToOverride(parsed))])
                .MergeOverrides(TuneOption.ToOverride(parsed, s_length.ToOverride(parsed).ElementAtOrDefault(1)))
                .MergeOverrides([.. s_switches.SelectMany(setting => setting.ToOverride(parsed))])
                .MergeOverrides([.. s_toggles.SelectMany(toggle => toggle.ToOverride(parsed))]);
            return TeacherOptions.OfDistill.Apply(parsed, config).MergeOverrides(overrides);
        });

    // How the teacher is tuned; null where it is taken as it is.
    private static ExperimentConfig? Teaching(ParseResult parsed, ExperimentConfig distillation)
    {
        string[] files = parsed.GetValue(s_teachingConfig) ?? [];
        int? shots = parsed.GetValue(s_shots);
        if (distillation.Distill.Labelled.Length == 0)
        {
            return files.Length == 0 && shots is null
                ? null
                : throw new PromptKDException(
                    "--shots and --teach-config say how to tune a teacher. Give --labelled: the pictures to tune it "
                    + "with.");
        }

        ExperimentConfig config = TeachPreset.Config;
        config = config with
        {
            Trainer = config.Trainer with
            {
                PromptSRC = config.Trainer.PromptSRC with { Prec = distillation.Trainer.PromptKD.Prec },
                IVLP = config.Trainer.IVLP with { Prec = distillation.Trainer.PromptKD.Prec },
                PromptKD = config.Trainer.PromptKD with { Templates = distillation.Trainer.PromptKD.Templates },
            },
            DataLoader = config.DataLoader with { NumWorkers = distillation.DataLoader.NumWorkers },
        };
        config = files.Aggregate(config, (merged, file) => merged.MergeFile(file));
        return shots is { } number ? config with { Dataset = config.Dataset with { NumShots = number } } : config;
    }

    private static int Run(ExperimentConfig config, ExperimentConfig? teaching, CancellationToken cancellation)
    {
        Outputs.Outlive();
        DistillationReport report;
        if (teaching is null)
        {
            report = Experiment.Distil(config, new RunDisplay(), cancellation);
        }
        else
        {
            var stages = TwoStages.Join(teaching, config, cancellation);
            (TeachingReport teacher, report) = Experiment.TeachAndDistil(
                stages, new RunDisplay(), new RunDisplay(), cancellation);
            TeachCommand.Print(teacher);
            Answers.Sentence("The student, and the teacher that it learned from:");
        }

        AccuracyTable.Print(
        [
            .. report.EachTeacher.Select((result, index) => ($"teacher {index + 1}", result)),
            (report.EachTeacher.Count == 0 ? "teacher" : "teachers combined", report.Teacher),
            ("student as it came", report.Untrained),
            ("student", report.Student),
        ]);
        HeldOutSummary.Print(report);
        Answers.Sentence($"The student is in {report.StudentFolder}. Try:");
        Answers.Line(
            $"  promptkd predict --model {Shell.Quote(report.StudentFolder)} {Shell.Quote(config.Distill.Images)}");
        return 0;
    }
}
