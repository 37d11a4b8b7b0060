namespace PromptKD.Cli.Terminal;

/// <summary>
/// One line of a terminal that renews itself: it never takes more than a row when it is written, and nothing above it
/// is touched, whatever becomes of the window.
/// </summary>
/// <remarks>
/// The cursor waits in the line's first column. A terminal that breaks lines anew when its window becomes narrower
/// leaves it there, and the rows that the line takes then lie below it; one that cuts lines off, as xterm does, leaves
/// it there, too. So what is to be taken away begins at the cursor in both, and never has to be counted.
/// </remarks>
/// <param name="output">The terminal.</param>
/// <param name="columns">Its columns now.</param>
internal sealed class StatusLine(TextWriter output, Func<int> columns)
{
    private const string EraseBelow = "\u001b[J";

    private bool _isShown;

    /// <summary>Shows parts, as far as there is room for them, in the place of what was shown.</summary>
    /// <param name="parts">As <see cref="LineLayout.Fit"/> takes them.</param>
    public void Show(IReadOnlyList<(string Text, int Weight)> parts)
    {
        // The last column stays free: a cursor behind it would stand in the next row of some terminals.
        output.Write($"\r{LineLayout.Fit(parts, Math.Max(columns() - 1, 1))}{EraseBelow}\r");
        _isShown = true;
    }

    /// <summary>Takes the line away.</summary>
    public void Erase()
    {
        if (_isShown)
        {
            output.Write($"\r{EraseBelow}");
            _isShown = false;
        }
    }
}
