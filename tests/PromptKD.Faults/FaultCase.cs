using System.Text.RegularExpressions;

namespace PromptKD.Faults;

/// <summary>A command that writes.</summary>
/// <param name="Name">How the walk calls it.</param>
/// <param name="Line">Its words. {out} is the folder that it writes into, {world} that of the inputs, {program} that of
/// the program, {done:NAME} what another case has left.</param>
internal sealed partial record FaultCase(string Name, string Line)
{
    /// <summary>What lies in the folder before: null for no folder, "" for an empty one, else {done:…}.</summary>
    public string? Begin { get; init; }

    /// <summary>Where in the folder that lies; "" for the folder itself.</summary>
    public string BeginIn { get; init; } = "";

    /// <summary>Of several things that one command makes, the others go on where one fails.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Cases that have to be done before.</summary>
    public IEnumerable<string> Needs =>
        Done().Matches(Line + Begin).Select(match => match.Groups[1].Value).Distinct();

    /// <summary>The words of the line: blanks divide them, but for those between apostrophes.</summary>
    public string[] Words(Func<string, string> place) =>
        [.. Word().Matches(Line).Select(match => Fill(match.Value.Trim('\''), place))];

    /// <summary>Puts folders in the place of their names.</summary>
    public static string Fill(string text, Func<string, string> place) =>
        Placeholder().Replace(text, match => place(match.Groups[1].Value));

    [GeneratedRegex(@"\{done:([a-z-]+)\}")]
    private static partial Regex Done();

    [GeneratedRegex(@"\{([a-z:-]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();
}
