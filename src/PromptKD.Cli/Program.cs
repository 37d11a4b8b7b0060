using System.CommandLine;
using PromptKD;
using PromptKD.Cli.Commands;
using PromptKD.Cli.Terminal;
using PromptKD.Cloud;
using PromptKD.Decoders;
using PromptKD.Runtime.Processes;

// Exit codes: 0 done, 2 a mistake the user can mend (one line says which), 130 stopped by Ctrl-C or another signal, 141
// nobody reads the result any more, as head does not. Any other failure is a bug of ours and shows its stack.
const int UserMistake = 2;
const int Stopped = 130;
const int NoReader = 141;

Outputs.Open();
if (ProcessGroup.IsFollower)
{
    // The first process speaks for all.
    Outputs.Mute();
}

if (Surroundings.FindMistake() is { } unusable)
{
    Messages.Error(unusable);
    return UserMistake;
}

string[] words;
try
{
    words = SignedAddresses.Hide(args);
}
catch (PromptKDException mistake)
{
    return Fail(mistake.Message);
}

RootCommand root = Verbs.Create();
ParseResult parsed = root.Parse(Verbs.Prepare(words, root));
if ((OptionRules.FindMisspelt(parsed) ?? Mistake(parsed)) is { } mistaken)
{
    return Fail($"{mistaken} See promptkd {CommandPath(parsed)}--help.");
}

using var stop = new StopSignal();
try
{
    ExtraDecoders.Register();
    CloudStorage.Register();
    ProcessesOption.RefuseOthers(parsed);
    if (ProcessesOption.Wanted(parsed) is { } processes)
    {
        return Mpirun.Run(args, processes, stop.Token);
    }

    // Stopping is ours: a run must save itself first, and that may take longer than a library's patience.
    var invocation = new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };
    int code = await parsed.InvokeAsync(invocation, stop.Token).ConfigureAwait(false);
    ProcessGroup.Finish();
    if (Outputs.WhatIsMissing is { } missing)
    {
        Messages.Warning($"{missing} The files are complete, and log.txt of the output folder says what happened.");
    }

    return code;
}
catch (OutputLostException lost)
{
    if (lost.IsClosedPipe)
    {
        return NoReader;
    }

    return Fail(lost.Message);
}
catch (PromptKDException mistake)
{
    return Fail(mistake.Describe(OptionNames.Of));
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    // Of a file or a device that fails while it is read or written.
    return Fail(error.Message);
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested || ProcessGroup.Count > 1)
{
    return Ending.With(Stopped, () => Messages.Note("Stopped."), "stopped.");
}

static int Fail(string message) => Ending.With(UserMistake, () => Messages.Error(message), message);

// "A command is required" says less than which word is none.
static string? Mistake(ParseResult parsed) => parsed.Errors.Count == 0 ? null
    : parsed.UnmatchedTokens is [string unknown, ..] ? Unmatched(parsed, unknown)
    : OptionRules.Explain(parsed.Errors[0]) ?? parsed.Errors[0].Message;

static string Unmatched(ParseResult parsed, string unknown) =>
    unknown.Contains("://", StringComparison.Ordinal)
        ? $"'{unknown}' is one address too many. Put quotes around a pattern, 'shard-{{000..009}}.tar': the shell "
            + "makes several of it."
    : !unknown.StartsWith('-') && parsed.CommandResult.Command.Arguments is [{ Arity.MaximumNumberOfValues: 1 }]
        ? $"'{unknown}' is one argument too many: {parsed.CommandResult.Command.Name} takes one."
        : $"There is no command or option '{unknown}'.";

// The words that lead to a command, such as "datasets check ".
static string CommandPath(ParseResult parsed) => string.Concat(
    parsed.CommandResult.Command.Parents.Reverse().Append(parsed.CommandResult.Command)
        .Where(command => command is not RootCommand)
        .Select(command => $"{command.Name} "));
