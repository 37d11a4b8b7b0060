using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Reporting;
using PromptKD.Reporting.Benchmarks;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd benchmark</c>: a table of the paper, run by run.</summary>
internal static class BenchmarkCommand
{
    private const int SomethingMissing = 2;

    private const string AblationProtocol = "ablation";

    private static readonly ExperimentConfig s_defaults = new();

    private static readonly SettingOption[] s_settings =
    [
        new("--student", "DISTILL.STUDENT", "The CLIP that is prompted, as train takes it [default: found, or fetched]",
            s_defaults),
        new("--teacher", "DISTILL.TEACHER", "PromptKD's teacher, as train takes it [default: found, or fetched]",
            s_defaults),
        SettingOptions.Vocabulary,
        new("--device", "DEVICE", "auto, cpu, cuda or cuda:n.", s_defaults),
    ];

    private static readonly Argument<string> s_protocol = new Argument<string>("PROTOCOL")
    {
        Description = "base2new (Table 1), cross (Table 2), dg (Table 9, domain generalisation), or ablation and "
            + $"behind it {string.Join(", ", Ablation.All.Select(one => $"{one.Name} ({one.Source})"))}",
    }.AcceptOnlyFromAmong("base2new", "cross", "dg", AblationProtocol);

    private static readonly Option<string> s_root = new("--root")
    {
        Description = "Folder that holds the data sets [required]",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> s_output = Text(
        "--output", "DIR", "Folder of the runs, report.md, report.html and results.csv [default: runs/PROTOCOL]");

    private static readonly Option<string> s_datasets = Text(
        "--datasets",
        "all|A,B",
        "Data sets, by any of their names [default: all of the table; of an ablation imagenet]");

    private static readonly Option<string> s_seeds = Text("--seeds", "1,2,3", "One run each [default: 1,2,3]");

    private static readonly Option<string> s_trainers = Text(
        "--trainer", "A,B", "Methods; several are compared in one table [default: PromptKD]");

    private static readonly Option<int?> s_shots = new("--shots")
    {
        Description = "Labelled images a class for the methods that learn from labels [default: 16]",
        HelpName = "N",
    };

    private static readonly Option<string> s_configs = Text(
        "--configs", "DIR", "Folder with datasets/ and trainers/ [default: configs here, else the program's own]");

    private static readonly Argument<string[]> s_overrides =
        SettingOptions.Overrides(mayBeginWithName: true, lastCounts: true);

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("benchmark", "Make a table of the paper: run what is missing, and report.")
        {
            s_protocol, s_root, s_output, s_datasets, s_seeds, s_trainers, s_shots, s_configs,
            SettingOptions.Reference.Option, SettingOptions.AcceptChanges.Option, s_overrides,
        };
        foreach (SettingOption setting in s_settings)
        {
            command.Options.Add(setting.Option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            BenchmarkPlan plan = Plan(parsed);
            Outputs.Outlive();
            var report = Benchmark.Run(plan, new TrainingDisplay(), cancellation);
            ReportTables.Print(report);
            if (report.WrittenTo is { } folder)
            {
                Messages.Note($"Wrote report.md, report.html and results.csv to {folder}");
            }

            if (report.Unfinished.Count == 0)
            {
                return Task.FromResult(0);
            }

            Messages.Error(
                $"Missing in the table or in doubt, as named above: {report.Unfinished.Count}. Mend what the warnings "
                + "name, and start the same command again: finished runs are kept.");
            return Task.FromResult(SomethingMissing);
        });
        return command;
    }

    private static BenchmarkPlan Plan(ParseResult parsed)
    {
        string protocol = parsed.GetValue(s_protocol)!;
        string[] words = parsed.GetValue(s_overrides) ?? [];
        Ablation? ablation = protocol == AblationProtocol ? Ablation.Find(words.FirstOrDefault("")) : null;
        string name = ablation is null ? protocol : $"{protocol}-{ablation.Name}";
        var plan = new BenchmarkPlan
        {
            Protocol = protocol switch
            {
                "base2new" or AblationProtocol => Protocol.BaseToNovel,
                "cross" => Protocol.CrossDataset,
                _ => Protocol.DomainGeneralisation,
            },
            Ablation = ablation,
            Root = parsed.GetValue(s_root)!,
            Output = parsed.GetValue(s_output) ?? Path.Combine("runs", name),
            Datasets = parsed.GetValue(s_datasets) is { } datasets && datasets != "all"
                ? Words("--datasets", datasets)
                : [],
            Seeds = [.. Words("--seeds", parsed.GetValue(s_seeds) ?? "1,2,3").Select(Seed)],
            Trainers = Words("--trainer", parsed.GetValue(s_trainers) ?? "PromptKD"),
            Configs = parsed.GetValue(s_configs) ?? FindConfigs(),
            NameOf = setting => NameOf(setting, parsed.CommandResult.Command),
            Overrides =
            [
                .. s_settings.SelectMany(setting => setting.ToOverride(parsed)),
                .. SettingOptions.Reference.ToOverride(parsed),
                .. SettingOptions.AcceptChanges.ToOverride(parsed),
                .. words.Skip(ablation is null ? 0 : 1),
            ],
        };
        return parsed.GetValue(s_shots) is { } shots ? plan with { Shots = shots } : plan;
    }

    // What a run lacks is given here by an option, or by the key that the option of train stands for.
    private static string NameOf(string setting, Command command) =>
        command.Options.Any(option => option.Name == "--" + setting)
            ? "--" + setting
            : TrainCommand.KeyOf("--" + setting) ?? OptionNames.Of(setting);

    private static string FindConfigs() => Directory.Exists(Path.Combine("configs", "trainers"))
        ? "configs"
        : Path.Combine(AppContext.BaseDirectory, "configs");

    private static int Seed(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out int seed) && seed >= 0
        ? seed
        : throw new PromptKDException($"--seeds: '{text}' is no seed. Give whole numbers from 0, such as 1,2,3.");

    private static string[] Words(string option, string list)
    {
        string[] words = list.Split(',', StringSplitOptions.TrimEntries);
        return Array.FindIndex(words, word => word.Length == 0) is var empty and >= 0
            ? throw new PromptKDException($"{option} is '{list}': entry {empty + 1} is empty. Separate entries by one "
                + "comma.")
            : words;
    }

    private static Option<string> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };
}
