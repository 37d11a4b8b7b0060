using System.Globalization;
using System.Text.RegularExpressions;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// What mpirun says on standard error, in our words: it explains every end in a block of lines. The processes' own
/// lines between them stay as they are.
/// </summary>
/// <param name="processes">How many were started.</param>
internal sealed partial class MpirunWords(int processes)
{
    // Ends that a process has explained in a line of its own, or that follow from another's.
    private static readonly string[] s_said =
    [
        "MPI_ABORT was invoked", "returned a non-zero exit code", "returned\na non-zero exit code",
        "exited with non-zero status",
    ];

    private static readonly string[] s_asides =
    [
        "mpirun: Forwarding signal", "mpirun: killing job", "mpirun: abort is already",
    ];

    private List<string>? _block;

    /// <summary>Takes a line.</summary>
    /// <returns>What is to be shown now; null for nothing.</returns>
    public string? Take(string line)
    {
        if (Rule().IsMatch(line))
        {
            List<string>? block = _block;
            _block = block is null ? [] : null;
            return block is null ? null : Explain(string.Join('\n', block));
        }

        if (_block is not null)
        {
            _block.Add(line);
            return null;
        }

        return s_asides.Any(aside => line.StartsWith(aside, StringComparison.Ordinal)) || Aggregate().IsMatch(line)
            ? null
            : line;
    }

    private string? Explain(string block)
    {
        if (Killed().Match(block) is { Success: true } killed)
        {
            int rank = int.Parse(killed.Groups[1].Value, CultureInfo.InvariantCulture);
            return $"promptkd: process {rank + 1} of {processes} (on {killed.Groups[2].Value}) was ended by "
                + $"{killed.Groups[3].Value.Trim()}, and so all were. The same command goes on from the last "
                + $"checkpoint.";
        }

        return s_said.Any(said => block.Contains(said, StringComparison.Ordinal))
            ? null
            : $"promptkd: mpirun: {Blanks().Replace(block, " ").Trim()}";
    }

    [GeneratedRegex("^-{60,}$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"process rank (\d+) with PID \d+ on node (\S+) exited\s+on\s+(signal[^.]*)\.")]
    private static partial Regex Killed();

    [GeneratedRegex(@"^\[[^\]]*\] (\d+ more process|Set MCA parameter ""orte_base_help_aggregate"")")]
    private static partial Regex Aggregate();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
