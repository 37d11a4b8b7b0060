using System.Text;
using System.Text.RegularExpressions;
using PromptKD.Runtime;

namespace PromptKD.Pages;

/// <summary>
/// An HTML file that needs nothing else. Every text that goes into it is escaped here; its policy forbids scripts and
/// whatever a browser would have to fetch, so that no name of a class or file can do more than be read.
/// </summary>
internal sealed partial class HtmlPage
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private readonly StringBuilder _body = new();
    private readonly string _title;

    /// <param name="title">What a browser's tab says.</param>
    public HtmlPage(string title) => _title = title;

    /// <summary>A text for HTML, within elements and within attributes in double quotes.</summary>
    public static string Text(string? text) => Printable.Html(text);

    /// <summary>
    /// A name amid other words: one that is written from right to left does not draw them along.
    /// </summary>
    public static string Name(string? text) => $"<bdi>{Text(text)}</bdi>";

    /// <summary>
    /// Sentences for HTML, as <see cref="Text"/>: no line begins with a percent sign, or amid the name of an option.
    /// </summary>
    public static string Prose(string? text) =>
        Option().Replace(BeforePercent().Replace(Text(text), "&#160;"), "<span class=\"option\">$0</span>");

    /// <summary>Adds marks as they are.</summary>
    /// <param name="marks">HTML; every text in it has gone through <see cref="Text"/>.</param>
    public HtmlPage Add(string marks)
    {
        _body.Append(marks).Append('\n');
        return this;
    }

    /// <summary>Adds an element that holds a text.</summary>
    /// <param name="element">Such as <c>h2</c> or <c>p</c>.</param>
    /// <param name="text">Any text.</param>
    /// <param name="kind">Its class in the style sheet; empty for none.</param>
    public HtmlPage AddText(string element, string text, string kind = "") =>
        Add($"<{element}{(kind.Length > 0 ? $" class=\"{kind}\"" : "")}>{Prose(text)}</{element}>");

    /// <summary>Begins a section that can be linked to.</summary>
    /// <param name="title">Any text.</param>
    /// <param name="anchor">Letters.</param>
    public HtmlPage AddHeading(string title, string anchor) => Add($"<h2 id=\"{anchor}\">{Text(title)}</h2>");

    /// <summary>Adds a table.</summary>
    /// <param name="table">Its texts.</param>
    public HtmlPage AddTable(HtmlTable table) => Add(table.ToHtml());

    /// <summary>The whole file.</summary>
    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta http-equiv="Content-Security-Policy" content="{Policy}"/>
        <title>{Text(_title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        {_body}</body>
        </html>

        """.ReplaceLineEndings("\n");

    [GeneratedRegex(@"(?<=[0-9]) (?=%)")]
    private static partial Regex BeforePercent();

    [GeneratedRegex("(?<![-a-zA-Z0-9])--[a-z][-a-z0-9]*")]
    private static partial Regex Option();

    private static string Style
    {
        get
        {
            using var reader = new StreamReader(
                typeof(HtmlPage).Assembly.GetManifestResourceStream("page.css")
                ?? throw new InvalidOperationException("The assembly has no style sheet."));
            return reader.ReadToEnd().TrimEnd();
        }
    }
}
