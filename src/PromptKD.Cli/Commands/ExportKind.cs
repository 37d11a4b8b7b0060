using System.CommandLine;

namespace PromptKD.Cli.Commands;

/// <summary>One of the things that <c>promptkd export</c> makes.</summary>
/// <param name="Key">The option that asks for it.</param>
/// <param name="Purpose">What it is given for, in words.</param>
/// <param name="Options">What else it takes.</param>
internal sealed record ExportKind(Option Key, string Purpose, IReadOnlyList<Option> Options)
{
    private IEnumerable<Option> All => Options.Prepend(Key);

    /// <summary>All options of some kinds, each once.</summary>
    public static IEnumerable<Option> AllOf(IReadOnlyList<ExportKind> kinds) =>
        kinds.SelectMany(kind => kind.All).Distinct();

    /// <summary>The kind that is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="kinds">All there are, the first to win.</param>
    /// <exception cref="PromptKDException">Several are asked for, or none, or an option is idle.</exception>
    public static ExportKind Of(ParseResult parsed, IReadOnlyList<ExportKind> kinds)
    {
        ExportKind kind = kinds.FirstOrDefault(one => IsGiven(parsed, one.Key)) ?? throw new PromptKDException(
            $"Give {string.Join(", or ", kinds.Select(one => $"{one.Key.Name} {one.Purpose}"))}.");
        Option? idle = AllOf(kinds).Except(kind.All).FirstOrDefault(option => IsGiven(parsed, option));
        return idle is null ? kind : throw new PromptKDException(
            $"{idle.Name} has no effect with {kind.Key.Name}. Leave one of them out.");
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
