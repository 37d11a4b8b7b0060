using System.CommandLine;

namespace PromptKD.Cli.Commands;

/// <summary>An option without a value that turns one key of the configuration on; it is off by default.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Key">The key it sets to True.</param>
/// <param name="Description">What it does.</param>
internal sealed record SettingSwitch(string Name, string Key, string Description)
{
    private readonly Lazy<Option<bool>> _option = new(() => new Option<bool>(Name)
    {
        Description = $"{Description} [default: off]",
    });

    /// <summary>The option for System.CommandLine.</summary>
    public Option<bool> Option => _option.Value;

    /// <summary>KEY and True if the option was given, else nothing.</summary>
    public IEnumerable<string> ToOverride(ParseResult parsed) => parsed.GetValue(Option) ? [Key, "True"] : [];
}
