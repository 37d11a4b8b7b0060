using System.Globalization;
using System.Text.RegularExpressions;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Datasets;
using PromptKD.Runtime;
using YamlDotNet.RepresentationModel;

namespace PromptKD.Dassl;

/// <summary>What the log of one run of Dassl's programs says, ours or theirs.</summary>
/// <remarks>
/// Such a log begins with the whole configuration between the lines <c>** Config **</c> and
/// <c>Collecting env info</c>; each evaluation prints <c>* accuracy: 87.6%</c>; the ones behind
/// <c>Finish training</c> are of the model that was kept.
/// </remarks>
internal sealed partial class DasslRunLog
{
    // Far more than a command line has arguments.
    private const int LongestHead = 1000;

    private const string ConfigTitle = "** Config **";
    private const string ConfigFile = "config_file: ";
    private const string ModelFolder = "model_dir: ";

    private DasslRunLog(
        string path,
        YamlMappingNode? config,
        IReadOnlyList<string> head,
        bool trained,
        IReadOnlyList<double> during,
        double? final)
    {
        Path = path;
        Configuration = Argument(head, ConfigFile) is { } file
            ? System.IO.Path.GetFileNameWithoutExtension(file)
            : null;
        LearnedOn = Argument(head, ModelFolder) is { } model ? DatasetIn(model) : null;
        IsTrained = trained;
        Backbone = Read(config, "MODEL", "BACKBONE", "NAME");
        Shots = int.TryParse(Read(config, "DATASET", "NUM_SHOTS"), CultureInfo.InvariantCulture, out int shots)
            ? shots
            : null;
        Dataset = Read(config, "DATASET", "NAME");
        Trainer = Read(config, "TRAINER", "NAME");
        SubsampleClasses = Read(config, "DATASET", "SUBSAMPLE_CLASSES") ?? "all";
        Modal = Read(config, "TRAINER", "MODAL");
        Variant = VariantOf(key => ReadAny(config, key.Split('.')));
        Select = Read(config, "TEST", "SELECT") ?? "reference";
        FinalModel = Read(config, "TEST", "FINAL_MODEL") ?? "last_step";
        Seed = int.TryParse(Read(config, "SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : -1;
        DuringTraining = during;
        Final = final;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>DATASET.NAME; null if the log does not hold a configuration.</summary>
    public string? Dataset { get; }

    /// <summary>TRAINER.NAME; null as <see cref="Dataset"/>.</summary>
    public string? Trainer { get; }

    /// <summary>MODEL.BACKBONE.NAME; null or empty where none is said.</summary>
    public string? Backbone { get; }

    /// <summary>DATASET.NUM_SHOTS; null where it is not said.</summary>
    public int? Shots { get; }

    /// <summary>Name of the trainer's file, without its extension; null where the log does not say it.</summary>
    public string? Configuration { get; }

    /// <summary>
    /// Of an evaluation: DATASET.NAME of what the model learned from, where the path of its folder tells; else null.
    /// </summary>
    public string? LearnedOn { get; }

    /// <summary>Whether anything was trained, as opposed to evaluated.</summary>
    public bool IsTrained { get; }

    /// <summary>all, base or new.</summary>
    public string SubsampleClasses { get; }

    /// <summary>TRAINER.MODAL, which only PromptKD's program has.</summary>
    public string? Modal { get; }

    /// <summary>What differs from the paper's tables, as LOSS=l1 or MAX_EPOCH=2; empty for nothing.</summary>
    public string Variant { get; }

    /// <summary>Which pictures "val" means: the reference's, which are test pictures, but for runs of ours.</summary>
    public string Select { get; }

    /// <summary>last_step or best_val.</summary>
    public string FinalModel { get; }

    /// <summary>SEED; −1 for none.</summary>
    public int Seed { get; }

    /// <summary>Accuracies that were printed between epochs, in percent.</summary>
    public IReadOnlyList<double> DuringTraining { get; }

    /// <summary>The last accuracy of the kept model, in percent; null for a run that is not finished.</summary>
    public double? Final { get; }

    /// <param name="path">The log.</param>
    /// <param name="stop">Stops between lines, of which a hostile log has millions.</param>
    /// <exception cref="PromptKDException">The file cannot be read.</exception>
    public static DasslRunLog Read(string path, CancellationToken stop = default) =>
        RegularFile.Explain(path, file => Read(file, UntilStopped(RegularFile.ReadLines(file), stop)));

    // A log may be large: its lines are gone through again for each question.
    private static DasslRunLog Read(string path, IEnumerable<string> lines)
    {
        bool trained = lines.Any(line => line.StartsWith("epoch [", StringComparison.Ordinal));
        IEnumerable<string> before = lines.TakeWhile(line => line.Trim() != DasslResults.EndOfTraining);
        double[] during = trained ? [.. DasslResults.Results(before)] : [];
        double? final = DasslResults.LastResult(lines, isTestLog: !trained);
        string[] head = [.. lines.Take(LongestHead).TakeWhile(line => line != ConfigTitle)];
        return new DasslRunLog(path, ReadConfig(lines, path), head, trained, during, final);
    }

    private static IEnumerable<string> UntilStopped(IEnumerable<string> lines, CancellationToken stop)
    {
        foreach (string line in lines)
        {
            stop.ThrowIfCancellationRequested();
            yield return line;
        }
    }

    private string VariantOf(Func<string, object?> value) => Trainer == "PromptKD"
        ? StudentVariant.OfLog(value)
        : LabelledVariant.OfLog(value, IsTrained ? Dataset : LearnedOn);

    private static string? Argument(IEnumerable<string> head, string name) => head
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[name.Length..].Trim().Replace('\\', '/'))
        .FirstOrDefault(value => value.Length > 0);

    // The family's scripts lay outputs below a folder of the data set's name: output/oxford_pets/CoOp/...
    private static string? DatasetIn(string folder)
    {
        string[] parts = folder.Split('/');
        return DatasetCatalog.All.FirstOrDefault(entry => parts.Contains(entry.Config))?.Name;
    }

    private static YamlMappingNode? ReadConfig(IEnumerable<string> lines, string path)
    {
        IEnumerable<string> fromTitle = lines.SkipWhile(line => line != ConfigTitle);

        // A row of stars closes the title; the next line that cannot belong to the configuration ends it.
        IEnumerable<string> yaml = fromTitle.Skip(2).TakeWhile(line => ConfigLine().IsMatch(line));
        return YamlText.Parse(string.Join('\n', yaml), path) as YamlMappingNode;
    }

    private static string? Read(YamlMappingNode? config, params string[] keys) => ReadAny(config, keys) as string;

    // A text, or the texts of a list.
    private static object? ReadAny(YamlMappingNode? config, params string[] keys)
    {
        YamlNode? node = config;
        foreach (string key in keys)
        {
            node = node is YamlMappingNode section && section.Children.TryGetValue(key, out YamlNode? child)
                ? child
                : null;
        }

        return node switch
        {
            YamlScalarNode scalar => scalar.Value,
            YamlSequenceNode list => list.Children.OfType<YamlScalarNode>().Select(item => item.Value ?? "").ToArray(),
            _ => null,
        };
    }

    [GeneratedRegex(@"^(\s*- |\s+\S|[A-Z][A-Z0-9_]*:)")]
    private static partial Regex ConfigLine();
}
