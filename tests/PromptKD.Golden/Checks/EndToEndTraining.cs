using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>
/// One PromptKD run of an end-to-end case by <see cref="Experiment.Train"/>: what it prints, which epoch it keeps, the
/// files that it leaves, and the parameters in them.
/// </summary>
internal sealed partial class EndToEndTraining : ITrainingObserver
{
    private readonly List<string> _printed = [];
    private readonly GoldenCase _golden;
    private readonly JsonElement _stated;
    private readonly string _run;
    private readonly string _name;

    private EndToEndTraining(GoldenCase golden, JsonProperty run)
    {
        _golden = golden;
        _stated = run.Value;
        _run = run.Name;
        _name = $"{run.Name} by train";
    }

    /// <summary>Trains, and compares with the case.</summary>
    /// <param name="golden">The case.</param>
    /// <param name="run">One of its runs.</param>
    /// <param name="expected">Final parameters by name; other tensors are not read.</param>
    /// <param name="nearTies">Pictures of the last test whose two best logits nearly tie, so that either may
    /// win.</param>
    public static IReadOnlyList<Comparison> Compare(
        GoldenCase golden, JsonProperty run, Dictionary<string, Tensor> expected, int nearTies)
    {
        string folder = Directory.CreateTempSubdirectory("promptkd-golden-").FullName;
        try
        {
            var training = new EndToEndTraining(golden, run);
            ExperimentConfig config = training.Configure(folder);
            TrainingReport report = Experiment.Train(config, new TrainingRequest(), training);
            return
            [
                Comparison.Same(
                    $"{training._name}: best_epoch",
                    report.Result!.Epoch ?? 0,
                    run.Value.GetProperty("best_epoch").GetInt32()),
                .. training.CompareSteps(),
                .. training.CompareEnd(config.OutputDir, nearTies),
                .. training.CompareFiles(config.OutputDir),
                .. training.CompareParameters(config, expected),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void OnPrint(string line) => _printed.Add(line);

    private ExperimentConfig Configure(string folder)
    {
        JsonElement weights = _golden.Json.GetProperty("weights");
        ExperimentConfig config = EndToEndModels.ReadConfig(_golden, _stated);
        return config with
        {
            Seed = 1,
            Device = "cpu",
            OutputDir = Path.Combine(folder, "output"),
            Dataset = config.Dataset with
            {
                Name = _golden.Json.GetProperty("dataset").GetString()!,
                Root = _golden.PathOf(_golden.Json.GetProperty("root").GetString()!),
            },
            Model = config.Model with { InitWeights = _golden.PathOf(EndToEndModels.InitialStudent(_golden)) },
            Test = config.Test with { Select = "reference" },
            Trainer = config.Trainer with { Name = "PromptKD" },
            Distill = config.Distill with
            {
                Student = GoldenClip.Copy(_golden, weights.GetProperty("student").GetString()!, folder),
                Teacher = GoldenClip.Copy(_golden, weights.GetProperty("teacher").GetString()!, folder),
                TeacherPrompts = _golden.PathOf(_golden.Json.GetProperty("teacher_checkpoint").GetString()!),
                Vocab = ProjectFolder.ClipVocabulary ?? "",
            },
        };
    }

    private IEnumerable<Comparison> CompareSteps()
    {
        var steps = _printed.Select(line => StepLine().Match(line)).Where(match => match.Success).ToDictionary(
            match => (match.Groups["epoch"].Value, match.Groups["batch"].Value));
        double lossTolerance =
            (_golden.Tolerance("iterations.loss") ?? 0) + PrintedNumber.HalfOfDecimal(4);
        foreach (JsonElement expected in _stated.GetProperty("iterations").EnumerateArray())
        {
            (string epoch, string batch) = (expected.GetProperty("epoch").GetRawText(), expected.GetProperty("batch").GetRawText());
            string name = $"{_name}: line of epoch {epoch} batch {batch}";
            if (!steps.TryGetValue((epoch, batch), out Match? line))
            {
                yield return Comparison.Same(name, "missing", "printed");
                continue;
            }

            foreach ((string group, string field) in new[] { ("loss", "loss"), ("mean", "loss_avg") })
            {
                yield return Comparison.Of(
                    $"{name}: {field}", Number(line, group), expected.GetProperty(field).GetDouble(), lossTolerance);
            }

            double rate = expected.GetProperty("lr").GetDouble();
            yield return Comparison.Of(
                $"{name}: lr", Number(line, "lr"), rate, PrintedNumber.HalfOfSignificant(rate, 5));
        }
    }

    // Names of new classes are right here; the reference takes them from the beginning of the list.
    private IEnumerable<Comparison> CompareEnd(string output, int nearTies)
    {
        string[] expected = _stated.GetProperty("final_stdout").GetString()!.TrimEnd('\n').Split('\n');
        IEnumerable<string> actual = _printed
            .SkipWhile(line => line != expected[0])
            .Select(line => line.Replace(output, "<OUT>", StringComparison.Ordinal));
        foreach ((int index, (string ours, string theirs)) in actual.Zip(expected).Index())
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{_name}: last line {index + 1}");
            yield return Comparison.Same(name, Comparable(ours, nearTies), Comparable(theirs, nearTies));
        }
    }

    private static string Comparable(string line, int nearTies)
    {
        string unnamed = ClassName().Replace(line, "$1");
        return nearTies > 0 ? Digits().Replace(unnamed, "#") : unnamed;
    }

    private IEnumerable<Comparison> CompareFiles(string output)
    {
        string[] expected = [.. _stated.GetProperty("output_files").EnumerateArray().Select(file => file.GetString()!)];
        string[] folders = [.. expected.Select(file => file.Split('/')[0]).Distinct()];
        IEnumerable<string> actual = folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(output, folder)))
            .Select(file => Path.GetRelativePath(output, file).Replace('\\', '/'));
        yield return Comparison.Same(
            $"{_name}: output_files",
            string.Join(' ', actual.Order(StringComparer.Ordinal)),
            string.Join(' ', expected.Order(StringComparer.Ordinal)));
        string pointer = expected.Single(file => file.EndsWith("/checkpoint", StringComparison.Ordinal));
        yield return Comparison.Same(
            $"{_name}: checkpoint_file",
            File.ReadAllText(Path.Combine(output, pointer)),
            _stated.GetProperty("checkpoint_file").GetString()!);
    }

    private IEnumerable<Comparison> CompareParameters(ExperimentConfig config, Dictionary<string, Tensor> expected)
    {
        string best = Path.Combine(config.OutputDir, "VLPromptLearner", "model-best.pth.tar");
        string last = Path.Combine(config.OutputDir, "VLPromptLearner", $"model.pth.tar-{config.Optim.MaxEpoch}");
        using (CheckpointFile file = CheckpointFile.Open(best))
        {
            yield return Comparison.Of(
                $"{_name}: val_result",
                file.ValidationResult ?? double.NaN,
                _stated.GetProperty("best_val_result").GetDouble(),
                tolerance: 1e-9);
        }

        using CheckpointFile final = CheckpointFile.Open(last);
        string prefix = $"{_run}.final.";
        foreach ((string name, Tensor value) in expected.Where(
            one => one.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            yield return final.Tensors.TryGetValue(name[prefix.Length..], out TensorEntry? entry)
                ? Comparison.Of($"{_name}: {name}", entry.Read(), value, EndToEndCheck.Tolerance(_golden, name))
                : Comparison.Same($"{_name}: {name}", "not saved", "saved");
        }
    }

    private static double Number(Match line, string group) =>
        double.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^epoch \[(?<epoch>\d+)/\d+\] batch \[(?<batch>\d+)/\d+\] time [0-9.]+ \([0-9.]+\) "
        + @"data [0-9.]+ \([0-9.]+\) loss (?<loss>\S+) \((?<mean>\S+)\) lr (?<lr>\S+) eta \S+$")]
    private static partial Regex StepLine();

    [GeneratedRegex(@"^(\* class: \d+) \(.*\)(?=\t)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"[0-9.]+")]
    private static partial Regex Digits();
}
