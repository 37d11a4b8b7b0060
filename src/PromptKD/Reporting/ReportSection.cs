using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>A table of a report, as text: what Markdown, HTML and a terminal show alike.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Columns">Heads of the columns; the first is the row's name.</param>
/// <param name="Rows">One cell a column.</param>
/// <param name="Notes">Sentences below the table.</param>
/// <param name="Bars">For a picture of the table: a row's value and the paper's; empty for none.</param>
public sealed record ReportSection(
    string Title,
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<string>> Rows,
    IReadOnlyList<string> Notes,
    IReadOnlyList<ReportBar> Bars)
{
    /// <summary>Heads of the columns; the first is the row's name.</summary>
    public IReadOnlyList<string> Columns { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Columns);

    /// <summary>One cell a column.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; init => field = ValueEquality.OfRows(value); }
        = ValueEquality.OfRows(Rows);

    /// <summary>Sentences below the table.</summary>
    public IReadOnlyList<string> Notes { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Notes);

    /// <summary>For a picture of the table: a row's value and the paper's; empty for none.</summary>
    public IReadOnlyList<ReportBar> Bars { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Bars);

    /// <summary>The rows as points of a line, the paper's beside it; empty for none.</summary>
    public IReadOnlyList<ReportBar> Curve { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<ReportBar>([]);

    /// <summary>Whether a cell is to stand out: <c>**like this**</c>.</summary>
    internal static bool IsStrong(string cell) => cell.Length > 4
        && cell.StartsWith("**", StringComparison.Ordinal) && cell.EndsWith("**", StringComparison.Ordinal);
}

/// <summary>A pair of bars.</summary>
/// <param name="Name">What they belong to.</param>
/// <param name="Value">Ours, in percent.</param>
/// <param name="Paper">The paper's, in percent; null where it has none.</param>
public sealed record ReportBar(string Name, double Value, double? Paper);
