using System.CommandLine;

namespace PromptKD.Cli.Commands;

/// <summary>An option that sets one key of the configuration; its default is the configuration's.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Key">The key it sets.</param>
/// <param name="Description">What it is, with its unit.</param>
internal sealed record SettingOption(string Name, string Key, string Description)
{
    private readonly Lazy<Option<string>> _option = new(() => new Option<string>(Name)
    {
        Description = Describe(Key, Description),
        HelpName = Key,
    });

    /// <summary>The option for System.CommandLine.</summary>
    public Option<string> Option => _option.Value;

    /// <summary>KEY and VALUE if the option was given, else nothing.</summary>
    public IEnumerable<string> ToOverride(ParseResult parsed) =>
        parsed.GetValue(Option) is { } value ? [Key, value] : [];

    private static string Describe(string key, string description)
    {
        string value = Show(DistillationDefaults.Config.Flatten()[key]);
        return value.Length == 0 ? description : $"{description.TrimEnd('.')} [default: {value}]";
    }

    private static string Show(object value) => value switch
    {
        string text => text,
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => "",
    };
}
