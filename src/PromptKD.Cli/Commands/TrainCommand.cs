using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd train</c>: the command line of Dassl's <c>train.py</c>, flag for flag, and some of our own.
/// </summary>
internal static class TrainCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "train";

    private static readonly ExperimentConfig s_defaults = new();

    private static readonly SettingOption[] s_settings =
    [
        new("--root", "DATASET.ROOT", "Folder that holds the data sets, each in a folder of its own [required]",
            s_defaults),
        new("--output-dir", "OUTPUT_DIR",
            "Folder of the run: log.txt, result.json, checkpoints. The same command goes on where an interrupted run "
            + "stands.", s_defaults),
        new("--resume", "RESUME", "Output folder of a run to go on from: ours, or the reference's [default: none]",
            s_defaults),
        new("--seed", "SEED", "Of learned tokens, projector, order, crops, flips and shots; 0 counts.", s_defaults),
        new("--trainer", "TRAINER.NAME",
            $"{string.Join(", ", Experiment.Trainers.SkipLast(1))} or {Experiment.Trainers[^1]} "
            + "[required]", s_defaults),
        new("--backbone", "MODEL.BACKBONE.NAME",
            "OpenAI's name of the CLIP that is prompted (PromptKD's student) [default: the trainer "
            + "file's]", s_defaults),
        new("--head", "MODEL.HEAD.NAME", "Accepted; no method has one [default: none]", s_defaults),
        new("--student", "DISTILL.STUDENT",
            "The CLIP that is prompted: a .pt, .safetensors or .bin file, a Hugging Face or open_clip folder, or a "
            + "name such as openai:ViT-B/16 [default: by --backbone, in clip/, else fetched once]", s_defaults),
        new("--teacher", "DISTILL.TEACHER",
            "PromptKD's teacher, as --student [default: by TRAINER.PROMPTKD.TEACHER_NAME, in clip/, else fetched once]",
            s_defaults),
        new("--teacher-prompts", "DISTILL.TEACHER_PROMPTS",
            "Checkpoint of the teacher's learned prompts, or none for plain CLIP [default: in teacher_model/]",
            s_defaults),
        new("--store", "DISTILL.STORE",
            "A store of teacher features for these pictures, such as teacher-store/ of a run with --views: no teacher "
            + "runs [default: none]", s_defaults),
        new("--views", "DISTILL.VIEWS",
            "Views of each picture for which the teacher's features are stored (in the output folder) and used again "
            + "by later epochs; 0: the teacher looks at every step, as in the paper.", s_defaults),
        SettingOptions.Vocabulary,
        new("--memory", "TRAIN.MEMORY",
            "GiB that training may take in all. Where text prompts are learned, it decides how many classes are "
            + "encoded at a time; 0: what is free.", s_defaults),
        new("--device", "DEVICE", "auto, cpu, cuda or cuda:n.", s_defaults),
    ];

    private static readonly Option<string> s_datasetFile = File(
        "--dataset-config-file", "Data set file, as configs/datasets/dtd.yaml [default: none]");

    private static readonly Option<string> s_trainerFile = File(
        "--config-file", "Trainer file, merged over the data set's: configs/trainers/METHOD/FILE.yaml [default: none]");

    private static readonly Option<string[]> s_transforms = Words(
        "--transforms", "INPUT.TRANSFORMS", "Of training images");

    private static readonly Option<string[]> s_sourceDomains = Words(
        "--source-domains", "DATASET.SOURCE_DOMAINS", "Accepted; no data set has any");

    private static readonly Option<string[]> s_targetDomains = Words(
        "--target-domains", "DATASET.TARGET_DOMAINS", "Accepted; no data set has any");

    private static readonly Option<bool> s_evalOnly = Switch("--eval-only", "Evaluate a model, train nothing");

    private static readonly Option<bool> s_noTrain = Switch("--no-train", "Open everything, train nothing, stop there");

    private static readonly Option<string> s_modelDir = new("--model-dir")
    {
        Description = "Output folder of the run whose model --eval-only loads [default: --output-dir]",
        HelpName = "DIR",
    };

    private static readonly Option<int?> s_loadEpoch = new("--load-epoch")
    {
        Description = "Epoch of the model that --eval-only loads [default: the best, else the last]",
        HelpName = "N",
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Argument<string[]> overrides = SettingOptions.Overrides(lastCounts: true);
        var command = new Command(Name, "Run an experiment as Dassl's train.py does, flag for flag.")
        {
            s_datasetFile, s_trainerFile, s_transforms, s_sourceDomains, s_targetDomains,
            SettingOptions.Reference.Option, s_evalOnly, s_modelDir, s_loadEpoch, s_noTrain,
            SettingOptions.AcceptChanges.Option, SettingOptions.WhileFilling.Option, ProcessesOption.Option, overrides,
        };
        foreach (SettingOption setting in s_settings)
        {
            command.Options.Add(setting.Option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            ExperimentConfig config = Resolve(parsed).MergeOverrides(parsed.GetValue(overrides) ?? []);
            Outputs.Outlive();
            Experiment.Train(config, Request(parsed, overrides), new TrainingDisplay(), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>The key that one of its options sets; null for none.</summary>
    /// <param name="option">With its dashes.</param>
    public static string? KeyOf(string option) => s_settings.FirstOrDefault(one => one.Name == option)?.Key;

    // Defaults, then the data set's file, then the trainer's, then options: the last one wins.
    private static ExperimentConfig Resolve(ParseResult parsed)
    {
        string?[] files = [parsed.GetValue(s_datasetFile), parsed.GetValue(s_trainerFile)];
        ExperimentConfig config = files.OfType<string>()
            .Aggregate(s_defaults, (merged, file) => merged.MergeFile(file));
        return config.MergeOverrides(
        [
            .. s_settings.SelectMany(setting => setting.ToOverride(parsed)),
            .. List("INPUT.TRANSFORMS", parsed.GetValue(s_transforms)),
            .. List("DATASET.SOURCE_DOMAINS", parsed.GetValue(s_sourceDomains)),
            .. List("DATASET.TARGET_DOMAINS", parsed.GetValue(s_targetDomains)),
            .. SettingOptions.Reference.ToOverride(parsed),
            .. SettingOptions.AcceptChanges.ToOverride(parsed),
            .. SettingOptions.WhileFilling.ToOverride(parsed),
        ]);
    }

    private static TrainingRequest Request(ParseResult parsed, Argument<string[]> overrides) => new()
    {
        Arguments = Arguments(parsed, overrides),
        Warnings = [.. Reset(parsed.GetValue(s_datasetFile), parsed.GetValue(s_trainerFile)), .. Unused(parsed)],
        EvalOnly = parsed.GetValue(s_evalOnly),
        ModelDir = parsed.GetValue(s_modelDir) ?? "",
        LoadEpoch = parsed.GetValue(s_loadEpoch),
        NoTrain = parsed.GetValue(s_noTrain),
    };

    private static string[] Unused(ParseResult parsed) =>
        parsed.GetValue(s_evalOnly) || (parsed.GetValue(s_modelDir) is null && parsed.GetValue(s_loadEpoch) is null)
            ? []
            : ["--model-dir and --load-epoch say which model --eval-only measures: no effect without it"];

    // The flags of train.py, given or not, as Python prints their values.
    private static KeyValuePair<string, string>[] Arguments(ParseResult parsed, Argument<string[]> overrides)
    {
        string[] settings = ["backbone", "head", "output-dir", "resume", "root", "trainer"];
        return
        [
            .. settings.Select(name => KeyValuePair.Create(
                name.Replace('-', '_'),
                parsed.GetValue(s_settings.First(one => one.Name == "--" + name).Option) ?? "")),
            new("seed", parsed.GetValue(s_settings.First(one => one.Key == "SEED").Option) ?? "-1"),
            new("config_file", parsed.GetValue(s_trainerFile) ?? ""),
            new("dataset_config_file", parsed.GetValue(s_datasetFile) ?? ""),
            new("model_dir", parsed.GetValue(s_modelDir) ?? ""),
            new("load_epoch", parsed.GetValue(s_loadEpoch)?.ToString(CultureInfo.InvariantCulture) ?? "None"),
            new("eval_only", parsed.GetValue(s_evalOnly) ? "True" : "False"),
            new("no_train", parsed.GetValue(s_noTrain) ? "True" : "False"),
            new("source_domains", Literal(parsed.GetValue(s_sourceDomains)) ?? "None"),
            new("target_domains", Literal(parsed.GetValue(s_targetDomains)) ?? "None"),
            new("transforms", Literal(parsed.GetValue(s_transforms)) ?? "None"),
            new("opts", Literal(parsed.GetValue(overrides)) ?? "[]"),
        ];
    }

    // What the data set's file says and the trainer's file takes back, as some files of the family do with KD_WEIGHT.
    private static IEnumerable<string> Reset(string? datasetFile, string? trainerFile)
    {
        if (datasetFile is null || trainerFile is null)
        {
            return [];
        }

        ExperimentConfig dataset = s_defaults.MergeFile(datasetFile);
        IReadOnlyDictionary<string, object> merged = dataset.MergeFile(trainerFile).Flatten();
        return ExperimentConfig.Differences(s_defaults, dataset)
            .Where(one => !merged[one.Key].Equals(one.Second))
            .Select(one => string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Key} is {merged[one.Key]}, of {trainerFile}, which is merged last; {datasetFile} has "
                + $"{one.Second}. Add {one.Key} {one.Second} to the command for the data set's own."));
    }

    // A key and a list as a Python literal.
    private static string[] List(string key, string[]? words) => words is not { Length: > 0 }
        ? []
        : [key, Literal(words)!];

    private static string? Literal(string[]? words) => words is { Length: > 0 } ? PythonTexts.List(words) : null;

    private static Option<string> File(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE" };

    private static Option<bool> Switch(string name, string description) =>
        new(name) { Description = $"{description} [default: off]" };

    private static Option<string[]> Words(string name, string key, string description) => new(name)
    {
        Description = $"{description} [default: the files']",
        HelpName = key,
        AllowMultipleArgumentsPerToken = true,
    };
}
