using System.Globalization;
using System.Text;

namespace PromptKD.Pages;

/// <summary>A column of a table.</summary>
/// <param name="Title">Any text.</param>
/// <param name="IsText">Whether its cells are words; numbers stand at the right.</param>
internal sealed record HtmlColumn(string Title, bool IsText = false);

/// <summary>
/// A table; the first cell of a row names it. Its caption stands outside of what scrolls, so that a wide table does not
/// take it along.
/// </summary>
/// <param name="Caption">What it shows; empty for none.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record HtmlTable(string Caption, IReadOnlyList<HtmlColumn> Columns)
{
    // With more columns, a narrow page has no place for bars.
    private const int MostBesideBars = 4;

    private readonly List<(IReadOnlyList<string> Cells, string Bars)> _rows = [];

    /// <summary>Title of the column of bars; null for a table without.</summary>
    public string? BarTitle { get; init; }

    /// <summary>What is to stand out of a cell: the text within it; null for none. Asked of each cell.</summary>
    public Func<string, string?> Strong { get; init; } = _ => null;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">Texts.</param>
    public void Add(params IReadOnlyList<string> cells) => _rows.Add((cells, ""));

    /// <summary>Adds a row with bars at its end.</summary>
    /// <param name="cells">Texts.</param>
    /// <param name="bars">Class of each bar in the style sheet, and its length, 0–1.</param>
    public void AddWithBars(IReadOnlyList<string> cells, params (string Kind, double Length)[] bars) =>
        _rows.Add((cells, string.Concat(bars.Select(Bar))));

    /// <summary>The table as marks.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder();
        if (Caption.Length > 0)
        {
            html.Append($"<p class=\"caption\">{HtmlPage.Prose(Caption)}</p>\n");
        }

        html.Append("<div class=\"scroll\" tabindex=\"0\"")
            .Append(Caption.Length > 0 ? $" role=\"region\" aria-label=\"{HtmlPage.Text(Caption)}\"" : "")
            .Append(Columns.Count > MostBesideBars ? "><table class=\"many\">\n" : "><table>\n")
            .Append("<thead><tr>")
            .AppendJoin("", Columns.Select(Head))
            .Append(BarTitle is null ? "" : $"<th scope=\"col\" class=\"text bars\">{HtmlPage.Text(BarTitle)}</th>")
            .Append("</tr></thead>\n<tbody>\n");
        foreach ((IReadOnlyList<string> cells, string bars) in _rows)
        {
            html.Append($"<tr><th scope=\"row\">{Cell(cells[0])}</th>")
                .AppendJoin("", cells.Zip(Columns, (cell, column) => $"<td{Kind(column)}>{Cell(cell)}</td>").Skip(1))
                .Append(BarTitle is null ? "" : $"<td class=\"bars\" aria-hidden=\"true\">{bars}</td>")
                .Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table></div>").ToString();
    }

    // A short bar is seen, one of nothing keeps its place.
    private static string Bar((string Kind, double Length) bar) => string.Create(
        CultureInfo.InvariantCulture,
        $"<span class=\"{bar.Kind}\" style=\"width:{100 * bar.Length:0.##}%")
        + $"{(bar.Length > 0 ? ";min-width:1px" : "")}\"></span>";

    private static string Head(HtmlColumn column) =>
        $"<th scope=\"col\"{Kind(column)}>{HtmlPage.Text(column.Title)}</th>";

    private static string Kind(HtmlColumn column) => column.IsText ? " class=\"text\"" : "";

    private string Cell(string text) => Strong(text) is { } strong
        ? $"<strong>{HtmlPage.Text(strong)}</strong>"
        : HtmlPage.Text(text);
}
