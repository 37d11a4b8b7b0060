using Spectre.Console;

namespace PromptKD.Cli.Terminal;

/// <summary>Lines for people, on standard error. Never wrapped; coloured on a terminal only.</summary>
internal static class Messages
{
    private static readonly IAnsiConsole s_error = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Console.Error),
    });

    /// <summary>What the user did wrong and can mend: one line.</summary>
    public static void Error(string message) => Write($"promptkd: {message.ReplaceLineEndings(" ")}", "red");

    /// <summary>Something odd that does not stop the work.</summary>
    public static void Warning(string message) => Write($"warning: {message.ReplaceLineEndings(" ")}", "yellow");

    /// <summary>What is going on.</summary>
    public static void Note(string message) => Console.Error.WriteLine(message);

    private static void Write(string line, string colour)
    {
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(line);
        }
        else
        {
            s_error.MarkupLineInterpolated($"[{colour}]{line}[/]");
        }
    }
}
