using PromptKD.Runtime;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Lines for people, on standard error. On a terminal they are coloured, and broken between words where the window
/// ends; elsewhere each is one line.
/// </summary>
internal static class Messages
{
    private const string Red = "\u001b[31m";
    private const string Yellow = "\u001b[33m";
    private const string Plain = "\u001b[0m";

    private static readonly StatusLine s_status = new(Console.Error, () => Window.Columns);

    /// <summary>
    /// Shows how far something is: on a terminal in a line that the next message takes away, elsewhere in a line of its
    /// own.
    /// </summary>
    /// <param name="parts">As <see cref="StatusLine.Show"/> takes them.</param>
    public static void Status(params IReadOnlyList<(string Text, int Weight)> parts)
    {
        if (Window.IsThere)
        {
            s_status.Show(parts);
        }
        else
        {
            Note(string.Join("  ", parts.Select(part => part.Text)));
        }
    }

    /// <summary>Takes away what <see cref="Status"/> showed.</summary>
    public static void EraseStatus() => s_status.Erase();

    /// <summary>What the user did wrong and can mend: one line.</summary>
    public static void Error(string message) => Write($"promptkd: {message}", Red);

    /// <summary>Something odd that does not stop the work.</summary>
    public static void Warning(string message) => Write($"warning: {message}", Yellow);

    /// <summary>What is going on.</summary>
    public static void Note(string message) => Write(message, colour: "");

    private static void Write(string message, string colour)
    {
        string line = Printable.Line(message);
        if (!Window.IsThere)
        {
            Console.Error.WriteLine(line);
            return;
        }

        EraseStatus();
        bool isColoured = colour.Length > 0 && Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 };
        string text = string.Join('\n', LineLayout.Wrap(line, Window.Columns));
        Console.Error.WriteLine(isColoured ? $"{colour}{text}{Plain}" : text);
    }
}
