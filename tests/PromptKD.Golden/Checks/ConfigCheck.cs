using System.Text.Json;
using PromptKD.Configuration;

namespace PromptKD.Golden.Checks;

/// <summary>
/// The family's defaults, what each of our trainer files changes, and what KEY VALUE lists change. Keys of ours
/// are not compared: the reference does not know them.
/// </summary>
internal sealed class ConfigCheck : IGoldenCheck
{
    /// <summary>
    /// The one error that we do not share: the reference refuses a whole number where the default is a fraction
    /// (KD_WEIGHT 200), we accept it.
    /// </summary>
    private const string WholeNumberRefused = "Type mismatch (<class 'float'> vs. <class 'int'>)";

    public string Kind => "config";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        JsonElement expected = golden.ReadJsonFile("expected.json");
        JsonElement defaults = expected.GetProperty("defaults_dassl_plus_train");
        return CompareDefaults(defaults)
            .Concat(expected.GetProperty("yaml_overrides").EnumerateObject()
                .SelectMany(file => CompareFile(defaults, file.Name, file.Value)))
            .Concat(expected.GetProperty("command_line_opts").EnumerateArray()
                .SelectMany(list => CompareOverrides(defaults, list)));
    }

    private static IEnumerable<Comparison> CompareDefaults(JsonElement defaults)
    {
        IReadOnlyDictionary<string, object> ours = new ExperimentConfig().Flatten();
        return defaults.EnumerateObject().Select(key => ours.TryGetValue(key.Name, out object? value)
            ? SameValue(key.Name, value, key.Value)
            : Comparison.Same(key.Name, "no such key", key.Value.GetRawText()));
    }

    private static IEnumerable<Comparison> CompareFile(JsonElement defaults, string file, JsonElement changed)
    {
        string path = Path.Combine(ProjectFolder.Root, "configs", "trainers", file);
        return CompareChanges(file, defaults, changed, new ExperimentConfig().MergeFile(path));
    }

    private static IEnumerable<Comparison> CompareOverrides(JsonElement defaults, JsonElement list)
    {
        string[] overrides = [.. list.GetProperty("opts").EnumerateArray().Select(word => word.GetString()!)];
        string name = string.Join(' ', overrides);
        if (list.TryGetProperty("changed", out JsonElement changed))
        {
            return CompareChanges(name, defaults, changed, new ExperimentConfig().MergeOverrides(overrides));
        }

        bool refused = list.GetProperty("error").GetString()!.Contains(WholeNumberRefused, StringComparison.Ordinal);
        return [Comparison.Same($"{name} is accepted", Accepts(overrides), refused)];
    }

    /// <summary>Compares the value of every key of the family: as changed, or else its default.</summary>
    private static IEnumerable<Comparison> CompareChanges(
        string name,
        JsonElement defaults,
        JsonElement changed,
        ExperimentConfig config)
    {
        IReadOnlyDictionary<string, object> ours = config.Flatten();
        foreach (JsonProperty key in defaults.EnumerateObject())
        {
            JsonElement expected = changed.TryGetProperty(key.Name, out JsonElement value) ? value : key.Value;
            yield return SameValue($"{name}: {key.Name}", ours[key.Name], expected);
        }
    }

    private static Comparison SameValue(string name, object ours, JsonElement expected)
    {
        JsonElement actual = JsonSerializer.SerializeToElement(ours, ours.GetType());
        bool same = JsonElement.DeepEquals(actual, expected);
        return Comparison.Same(name, same ? "" : actual.GetRawText(), same ? "" : expected.GetRawText());
    }

    private static bool Accepts(string[] overrides)
    {
        try
        {
            new ExperimentConfig().MergeOverrides(overrides);
            return true;
        }
        catch (PromptKDException)
        {
            return false;
        }
    }
}
