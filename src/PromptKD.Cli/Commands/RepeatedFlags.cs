using System.CommandLine;

namespace PromptKD.Cli.Commands;

/// <summary>A flag that is there twice: the last one counts, as with Python's argparse.</summary>
internal static class RepeatedFlags
{
    /// <summary>Leaves out every flag, with its values, that comes again later.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="command">Whose options they are.</param>
    /// <returns>The same command line, with each option once.</returns>
    public static IReadOnlyList<string> KeepLast(IReadOnlyList<string> arguments, Command command)
    {
        var kept = new List<string>(arguments);
        var seen = new HashSet<Option>();
        for (int place = kept.Count - 1; place >= 0; place--)
        {
            string name = kept[place].Split('=', 2)[0];
            if (command.Options.FirstOrDefault(one => one.Name == name) is { } option && !seen.Add(option))
            {
                kept.RemoveRange(place, 1 + Values(kept, place, option));
            }
        }

        return kept;
    }

    // How many arguments behind a flag are its values.
    private static int Values(List<string> arguments, int place, Option option)
    {
        bool isSwitch = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool);
        int most = isSwitch || arguments[place].Contains('=', StringComparison.Ordinal) ? 0
            : option.AllowMultipleArgumentsPerToken ? int.MaxValue
            : 1;
        return arguments.Skip(place + 1)
            .TakeWhile((value, number) => number < most && !value.StartsWith("--", StringComparison.Ordinal))
            .Count();
    }
}
