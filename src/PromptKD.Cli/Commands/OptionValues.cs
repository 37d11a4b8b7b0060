using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using PromptKD.Configuration.Presets;
using PromptKD.Inference.Predictions;

namespace PromptKD.Cli.Commands;

/// <summary>
/// Which values an option means, by its name, for all verbs alike: found while the command line is read, before a model
/// is. Options that set a key of the configuration have the key's rules.
/// </summary>
internal static partial class OptionValues
{
    /// <summary>What the help calls a value that is one of several names.</summary>
    public const string AName = "NAME";

    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;

    private static readonly Dictionary<string, int> s_smallest = new()
    {
        ["--base"] = 0,
        ["--batch"] = 1,
        ["--load-epoch"] = 1,
        ["--max-body"] = 1,
        ["--max-pictures"] = 1,
        ["--max-pixels"] = 1,
        ["--max-requests"] = 1,
        ["--nearest"] = 1,
        ["--pictures"] = 0,
        ["--queue"] = 1,
        ["--sample"] = 0,
        ["--seeds"] = 1,
        ["--shots"] = 0,
        ["--student-picture-size"] = 0,
        ["--teacher-picture-size"] = 0,
        ["--threads"] = 0,
        ["--tiny"] = 1,
        ["--top"] = 1,
        ["--workers"] = 1,
    };

    // As many fits are kept, each takes a moment; and a body is one array.
    private static readonly Dictionary<string, int> s_largest = new()
    {
        ["--max-body"] = 2047,
        ["--seeds"] = 1000,
        ["--student-picture-size"] = 8192,
        ["--teacher-picture-size"] = 8192,
    };

    private static readonly Dictionary<string, IReadOnlyList<string>> s_names = new()
    {
        ["--class-position"] = ["end", "middle", "front"],
        ["--format"] = PredictionFormats.Names,
        ["--log"] = ["text", "json"],
        ["--precision"] = ["auto", "fp32", "bf16", "fp16"],
        ["--recipe"] = [.. Recipe.All.Select(recipe => recipe.Name)],
        ["--split"] = ["train", "val", "test"],
    };

    /// <summary>What is wrong with a value that is not blank; null where nothing is.</summary>
    public static string? FindMistake(Option option, string value)
    {
        string name = option.Name;
        if (option.ValueType == typeof(double?))
        {
            return FindMistakeOfNumber(name, value);
        }

        if (s_smallest.TryGetValue(name, out int smallest) && OptionRules.IsNumber(option.ValueType)
            && int.TryParse(value, s_invariant, out int number) && number < smallest)
        {
            return $"{name} is {number}; give {smallest} or more.";
        }

        if (s_largest.TryGetValue(name, out int largest) && OptionRules.IsNumber(option.ValueType)
            && int.TryParse(value, s_invariant, out number) && number > largest)
        {
            return $"{name} is {number}; give {largest} or less.";
        }

        if (option.HelpName != AName)
        {
            return null;
        }

        return name == "--device" && !Device().IsMatch(value)
            ? $"{name} is '{value}', expected auto, cpu, cuda or cuda:n."
            : s_names.TryGetValue(name, out IReadOnlyList<string>? names)
                && !names.Contains(value, StringComparer.OrdinalIgnoreCase)
                ? $"{name} is '{value}', expected one of {string.Join(", ", names)}."
                : null;
    }

    // What is no number at all is told apart by the parser.
    private static string? FindMistakeOfNumber(string name, string value) =>
        !double.TryParse(value, s_invariant, out double number) ? null
        : value.Contains(',', StringComparison.Ordinal)
            ? $"{name} is '{value}': write a fraction with a point, such as 0.5."
        : !double.IsFinite(number) ? $"{name} is '{value}', expected a number."
        : name == "--threshold" && number is < 0 or > 1 ? $"{name} is {value}; give a probability, 0 to 1."
        : null;

    [GeneratedRegex("^(auto|cpu|cuda(:[0-9]{1,4})?)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Device();
}
