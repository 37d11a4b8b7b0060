using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Features.Store;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd features</c>: stores what the teacher sees in each view of each picture, once.</summary>
internal static class FeaturesCommand
{
    private const int Incomplete = 1;

    private static readonly ExperimentConfig s_ofDataset = DatasetFeaturesPreset.Config;

    private static readonly SettingOption[] s_settings =
    [
        new("--images", "DISTILL.IMAGES",
            "Folder of unlabelled pictures or of .tar and .parquet shards, searched with its subfolders; or one shard "
            + "[default: none; this or --dataset is required]"),
        new("--dataset", "DATASET.NAME",
            "A data set of the paper, by any of its names: its training pictures, with the settings and the class "
            + "vectors with which train --store learns PromptKD's student [default: none]", s_ofDataset),
        new("--root", "DATASET.ROOT",
            "With --dataset: the folder that holds the data sets [default: none]", s_ofDataset),
        SettingOptions.Recipe,
        new("--views", "DISTILL.VIEWS",
            "Number of views (crop and flip) of each picture; as many as epochs are the paper's: 20, with --dataset "
            + "the default, whatever the recipe."),
        new("--seed", "SEED", "Of the crops and flips; with --dataset also of shots, and of parts that no file gives."),
        SettingOptions.Precision,
        SettingOptions.Device,
        SettingOptions.OnnxProvider,
        SettingOptions.Workers,
    ];

    private static readonly SettingSwitch s_int8 = new(
        "--int8",
        "DISTILL.EIGHT_BIT",
        "Compute the teacher's image tower in 8-bit whole numbers, by ONNX Runtime; what that costs is said first");

    private static readonly SettingToggle[] s_toggles = [SettingOptions.Upright, SettingOptions.Scale16Bit];

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            Description = "Folder of the store [required]",
            HelpName = "STORE",
        };
        var shard = new Option<string>("--shard")
        {
            Description = "Make part i of n only: i/n, or auto for a Slurm array or a Kubernetes Indexed Job. Any "
                + "number of processes may fill one store [default: 1/1; of processes that were started together, each "
                + "one's own]",
            HelpName = "i/n|auto",
        };
        var check = new Option<string>("--check")
        {
            Description = "Make nothing: verify every shard of a store, and say what is missing or damaged "
                + "[default: none]",
            HelpName = "STORE",
        };
        var merge = new Option<string[]>("--merge")
        {
            Description = "Compute nothing: copy the shards of stores that were filled on machines without a common "
                + "disk into --output (repeatable) [default: none]",
            HelpName = "STORE",
        };
        Argument<string[]> overrides = SettingOptions.Overrides();
        var command = new Command("features", "Store the teacher's features of a folder of pictures, or of a data set.")
        {
            output, shard, check, merge, SettingOptions.FastJpeg.Option, s_int8.Option, ProcessesOption.Option,
            overrides,
        };
        foreach (Option option in s_settings.Select(setting => (Option)setting.Option)
            .Concat(TeacherOptions.OfFeatures.All)
            .Concat(s_toggles.SelectMany(toggle => toggle.Options)))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) => Task.FromResult(
            parsed.GetValue(check) is { } store
                ? Check(store, cancellation)
                : parsed.GetValue(merge) is { Length: > 0 } stores
                ? Merge(stores, parsed.GetValue(output), cancellation)
                : Fill(Resolve(parsed, parsed.GetValue(output), parsed.GetValue(overrides) ?? []),
                    parsed.GetValue(shard), cancellation)));
        return command;
    }

    private static ExperimentConfig Resolve(ParseResult parsed, string? output, string[] overrides)
    {
        ExperimentConfig Merge(ExperimentConfig defaults)
        {
            ExperimentConfig config = defaults
                .MergeOverrides([.. s_settings.SelectMany(setting => setting.ToOverride(parsed))])
                .MergeOverrides([.. SettingOptions.FastJpeg.ToOverride(parsed)])
                .MergeOverrides([.. s_int8.ToOverride(parsed)])
                .MergeOverrides([.. s_toggles.SelectMany(toggle => toggle.ToOverride(parsed))]);
            return TeacherOptions.OfFeatures.Apply(parsed, config).MergeOverrides(overrides);
        }

        ExperimentConfig config = Merge(s_ofDataset);
        if (config.Dataset.Name.Length == 0)
        {
            config = config.Dataset.Root.Length == 0
                ? Recipe.Under(Merge)
                : throw new PromptKDException(
                    $"--root is {config.Dataset.Root}, and nothing says which data set is meant. Give --dataset, or "
                    + "--images: a folder of pictures.");
        }
        else if (SettingOptions.Recipe.ToOverride(parsed).Any())
        {
            throw new PromptKDException(
                $"--recipe and --dataset are both given: of a data set, features are stored as train reads them. Leave "
                + "--recipe out, and set keys behind the options.");
        }

        return config with
        {
            Distill = config.Distill with
            {
                Store = output ?? throw new PromptKDException("Give --output: the folder of the store."),
            },
        };
    }

    private static int Fill(ExperimentConfig config, string? shard, CancellationToken cancellation)
    {
        StorePart part = shard is null ? new StorePart(ProcessGroup.Rank, ProcessGroup.Size) : StorePart.Parse(shard);
        Outputs.Outlive();
        int missing = Experiment.StoreFeatures(config, part, new RunDisplay(), cancellation);
        string verb = config.Dataset.Name.Length > 0 ? "train" : "distill";
        Answers.Sentence(missing == 0
            ? $"The store {config.Distill.Store} is complete. Try: promptkd {verb} --store "
                + $"{Shell.Quote(config.Distill.Store)} ..."
            : $"This part of {config.Distill.Store} is done; of other parts, {Shards(missing)} still missing.");
        return 0;
    }

    private static int Merge(string[] stores, string? output, CancellationToken cancellation)
    {
        string into = output ?? throw new PromptKDException("Give --output: the store that receives the shards.");
        foreach (string fault in stores.SelectMany(TeacherStoring.CheckLists))
        {
            Messages.Warning($"{fault}. It is not taken over.");
        }

        int missing = TeacherStoring.Merge(stores, into, cancellation);
        Answers.Sentence(missing == 0 ? $"{into}: complete" : $"{into}: {Shards(missing)} in none of them");
        return missing == 0 ? 0 : Incomplete;
    }

    private static int Check(string store, CancellationToken cancellation)
    {
        IReadOnlyList<string> faults = TeacherStoring.Check(store, cancellation);
        foreach (string fault in faults)
        {
            Answers.Sentence(fault);
        }

        IReadOnlyList<string> ofLists = TeacherStoring.CheckLists(store);
        foreach (string fault in ofLists)
        {
            Answers.Sentence($"{fault}. features with the same settings writes it anew.");
        }

        Answers.Sentence(
            faults.Count > 0 ? $"{store}: {Shards(faults.Count)} to be made"
            : ofLists.Count > 0 ? $"{store}: all shards are whole"
            : $"{store}: complete");
        return faults.Count + ofLists.Count == 0 ? 0 : Incomplete;
    }

    private static string Shards(int count) => count == 1 ? "1 shard is" : $"{count} shards are";
}
