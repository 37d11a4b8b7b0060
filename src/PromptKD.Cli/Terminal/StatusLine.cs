namespace PromptKD.Cli.Terminal;

/// <summary>One line of a terminal that renews itself: it never takes more than a row, also when the window changes.</summary>
/// <param name="output">The terminal.</param>
/// <param name="columns">Its columns now.</param>
internal sealed class StatusLine(TextWriter output, Func<int> columns)
{
    private const string EraseBelow = "\u001b[J";

    // Columns that the line takes that is shown; none where none is.
    private int _shown;

    /// <summary>Shows parts, as far as there is room for them, in the place of what was shown.</summary>
    /// <param name="parts">As <see cref="LineLayout.Fit"/> takes them.</param>
    public void Show(IReadOnlyList<(string Text, int Weight)> parts)
    {
        // The last column stays free: a cursor behind it would stand in the next row of some terminals.
        string line = LineLayout.Fit(parts, Math.Max(columns() - 1, 1));
        output.Write($"{ToItsStart()}{line}{EraseBelow}");
        _shown = LineLayout.Columns(line);
    }

    /// <summary>Takes the line away.</summary>
    public void Erase()
    {
        if (_shown > 0)
        {
            output.Write($"{ToItsStart()}{EraseBelow}");
            _shown = 0;
        }
    }

    // A window that has become narrower has broken the line into rows: all of them go.
    private string ToItsStart()
    {
        int rowsAbove = _shown == 0 ? 0 : (_shown - 1) / Math.Max(columns(), 1);
        return rowsAbove == 0 ? "\r" : $"\r\u001b[{rowsAbove}A";
    }
}
