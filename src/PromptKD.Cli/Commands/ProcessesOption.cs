using System.CommandLine;
using PromptKD.Runtime.Processes;

namespace PromptKD.Cli.Commands;

/// <summary>
/// Several processes that do one piece of work: how many are started, and which verbs they can share.
/// </summary>
internal static class ProcessesOption
{
    private const string Name = "--processes";

    // The work of the others is one process's.
    private static readonly string[] s_shared =
        ["distill", "teach", TrainCommand.Name, "features", "predict", "evaluate"];

    /// <summary>For the verbs whose work is shared.</summary>
    public static Option<int?> Option { get; } = new(Name)
    {
        Description = "Processes that share the work on this machine, each on cores of its own, started with Open "
            + "MPI's mpirun; for several machines start with mpirun or srun [default: 1]",
        HelpName = "N",
    };

    /// <summary>How many processes are to be started; null where this one is one of them, or works alone.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="PromptKDException">
    /// The number is none, or this process was started together with others already.
    /// </exception>
    public static int? Wanted(ParseResult parsed)
    {
        if (!IsShared(parsed) || parsed.GetResult(Option) is null || parsed.GetValue(Option) is not { } processes)
        {
            return null;
        }

        int cores = Environment.ProcessorCount;
        return processes < 1 ? throw new PromptKDException($"{Name} is {processes}; give 1 or more.")
            : ProcessGroup.Size > 1 ? throw new PromptKDException(
                $"{Name} is given to one of {ProcessGroup.Size} processes that were started already. Leave it out: "
                + "mpirun or srun says how many.")
            : processes > cores ? throw new PromptKDException(
                $"{Name} is {processes}, and this program may use {cores} cores: each process needs one. Give {cores} "
                + "at most.")
            : processes == 1 ? null : processes;
    }

    /// <summary>Refuses several processes for the work of one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="PromptKDException">They were started together, for a verb that they cannot share.</exception>
    public static void RefuseOthers(ParseResult parsed)
    {
        if (!IsShared(parsed) && ProcessGroup.Count > 1)
        {
            throw new PromptKDException(
                $"'{parsed.CommandResult.Command.Name}' is the work of one process, and {ProcessGroup.Count} were "
                + $"started together. Start it without mpirun. Shared are {string.Join(", ", s_shared)}.");
        }
    }

    /// <summary>The command line of each process.</summary>
    /// <param name="arguments">That of the program.</param>
    public static IEnumerable<string> Without(IReadOnlyList<string> arguments)
    {
        for (int place = 0; place < arguments.Count; place++)
        {
            if (arguments[place] == Name)
            {
                place++;
            }
            else if (!arguments[place].StartsWith($"{Name}=", StringComparison.Ordinal)
                && !arguments[place].StartsWith($"{Name}:", StringComparison.Ordinal))
            {
                yield return arguments[place];
            }
        }
    }

    private static bool IsShared(ParseResult parsed) => s_shared.Contains(parsed.CommandResult.Command.Name);
}
