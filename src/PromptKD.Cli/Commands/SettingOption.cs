using System.CommandLine;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;

namespace PromptKD.Cli.Commands;

/// <summary>An option that sets one key of the configuration; its default is the configuration's.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Key">The key it sets.</param>
/// <param name="Description">What it is, with its unit.</param>
/// <param name="Defaults">Whose default is shown; null for that of distilling: one, or one a recipe.</param>
/// <param name="AlsoKey">Another key that it sets to the same; null for none.</param>
/// <param name="Default">The default in words, where it is not the configuration's; null where it is.</param>
internal sealed record SettingOption(
    string Name,
    string Key,
    string Description,
    ExperimentConfig? Defaults = null,
    string? AlsoKey = null,
    string? Default = null)
{
    private static readonly IReadOnlyDictionary<string, object> s_values = new ExperimentConfig().Flatten();

    private readonly Lazy<Option<string>> _option = new(
        () => Create(Name, Key, Description, Default ?? ShowDefault(Key, Defaults)));

    /// <summary>The option for System.CommandLine.</summary>
    public Option<string> Option => _option.Value;

    /// <summary>KEY and VALUE, once or twice, if the option was given, else nothing.</summary>
    public IEnumerable<string> ToOverride(ParseResult parsed) =>
        parsed.GetValue(Option) is not { } value
            ? []
            : AlsoKey is null ? [Key, AsItStands(Key, value)]
            : [Key, AsItStands(Key, value), AlsoKey, AsItStands(AlsoKey, value)];

    // A value of KEY VALUE may be a Python literal. That of an option is what it says: a folder may be called 2024.
    private static string AsItStands(string key, string value) => s_values[key] is not string
        ? value
        : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)}'";

    private static Option<string> Create(string name, string key, string description, string value)
    {
        var option = new Option<string>(name)
        {
            Description = value.Length == 0 ? description : $"{description.TrimEnd('.')} [default: {value}]",
            HelpName = key,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } value }] && !string.IsNullOrWhiteSpace(value)
                && FindMistake(key, value) is { } mistake)
            {
                result.AddError($"{name}: {mistake}");
            }
        });
        return option;
    }

    // Found here, a value is refused before anything is read, and under the option's name.
    private static string? FindMistake(string key, string value)
    {
        try
        {
            ExperimentConfig read = new ExperimentConfig().MergeOverrides([key, AsItStands(key, value)]);
            return read.Flatten()[key] is double number && !double.IsFinite(number)
                ? $"{key} must be a finite number, not {value}."
                : null;
        }
        catch (PromptKDException mistake)
        {
            return mistake.Describe(OptionNames.Of).Replace("command line: ", "", StringComparison.Ordinal);
        }
    }

    private static string ShowDefault(string key, ExperimentConfig? defaults)
    {
        if (defaults is not null)
        {
            return Show(defaults.Flatten()[key]);
        }

        (string Recipe, string Value)[] values =
            [.. Recipe.All.Select(recipe => (recipe.Name, Show(recipe.Config.Flatten()[key])))];
        return values.DistinctBy(one => one.Value).Count() == 1
            ? values[0].Value
            : string.Join(", ", values.Select(one => $"{one.Recipe} {one.Value}"));
    }

    private static string Show(object value) => value switch
    {
        string text => text,
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => "",
    };
}
