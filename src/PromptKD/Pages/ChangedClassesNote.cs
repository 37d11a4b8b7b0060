namespace PromptKD.Pages;

/// <summary>
/// The part of a page that says how classes were changed after the training. It stands between two marks, so that it
/// can be exchanged in a page that was written long ago: no text of a page can look like them, because each is escaped.
/// </summary>
internal static class ChangedClassesNote
{
    private const string Begin = "<!-- changed classes -->";
    private const string End = "<!-- /changed classes -->";

    /// <summary>The part as marks.</summary>
    /// <param name="sentences">What was changed; empty for nothing.</param>
    public static string ToHtml(IReadOnlyList<string> sentences) => sentences.Count == 0
        ? Begin + End
        : $"{Begin}<section class=\"warnings\" aria-label=\"Changed classes\">"
            + "<h2>Other classes than in the "
            + $"training</h2><p>{HtmlPage.Prose(string.Join(' ', sentences))}</p></section>{End}";

    /// <summary>A page with this part in the place of the one that it has.</summary>
    /// <param name="page">The page.</param>
    /// <param name="sentences">What was changed; empty for nothing.</param>
    /// <returns>Null where it has none: it is no page of a run.</returns>
    public static string? Exchange(string page, IReadOnlyList<string> sentences)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : page.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? null : string.Concat(page.AsSpan(0, begin), ToHtml(sentences), page.AsSpan(end + End.Length));
    }
}
