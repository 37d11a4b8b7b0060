using PromptKD.Runtime.Processes;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// How the program ends badly: by itself, or as one of several processes, of which the first one speaks for all.
/// </summary>
internal static class Ending
{
    /// <summary>Says why, and ends the other processes where they do not come to the same end.</summary>
    /// <param name="code">The exit code.</param>
    /// <param name="say">Says why.</param>
    /// <param name="message">Why, for a process that speaks for itself alone.</param>
    /// <returns>The exit code.</returns>
    public static int With(int code, Action say, string message)
    {
        if (ProcessGroup.Fail(say))
        {
            // mpirun ends all at the first that fails: that one is the first process, which has said why.
            return ProcessGroup.IsFollower ? 0 : code;
        }

        Outputs.Open();
        Messages.Error(ProcessGroup.Rank == 0
            ? message
            : $"process {ProcessGroup.Rank + 1} of {ProcessGroup.Size} (on {Environment.MachineName}): {message}");
        ProcessGroup.EndAll(code);
        return code;
    }
}
