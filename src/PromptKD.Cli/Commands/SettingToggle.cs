using System.CommandLine;

namespace PromptKD.Cli.Commands;

/// <summary>Two options without a value, for a key that may be on by default.</summary>
/// <param name="On">The option that turns it on, with its dashes.</param>
/// <param name="Off">The one that turns it off.</param>
/// <param name="Key">The key that they set to True or False.</param>
/// <param name="OnDescription">What it does.</param>
/// <param name="OffDescription">What happens without.</param>
/// <param name="Default">Whether it is on where none is given, in words.</param>
internal sealed record SettingToggle(
    string On, string Off, string Key, string OnDescription, string OffDescription, string Default = "on")
{
    private readonly Lazy<Option<bool>> _on = new(() => new Option<bool>(On)
    {
        Description = $"{OnDescription} [default: {Default}]",
    });

    private readonly Lazy<Option<bool>> _off = new(() => new Option<bool>(Off)
    {
        Description = $"{OffDescription} [default: {(Default == "on" ? "off" : Default)}]",
    });

    /// <summary>Both options for System.CommandLine.</summary>
    public IEnumerable<Option> Options => [_on.Value, _off.Value];

    /// <summary>What was asked for; null for nothing.</summary>
    /// <exception cref="PromptKDException">Both were.</exception>
    public bool? Read(ParseResult parsed) => (parsed.GetValue(_on.Value), parsed.GetValue(_off.Value)) switch
    {
        (true, true) => throw new PromptKDException($"{On} and {Off} are both given. Leave one of them out."),
        (true, _) => true,
        (_, true) => false,
        _ => null,
    };

    /// <summary>KEY and its value if one of the two was given, else nothing.</summary>
    public IEnumerable<string> ToOverride(ParseResult parsed) =>
        Read(parsed) is { } isOn ? [Key, isOn ? "True" : "False"] : [];
}
