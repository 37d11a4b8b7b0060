namespace EmojiStyles;

/// <summary>How packages name an emoji by its code points.</summary>
internal static class CodePoints
{
    private const string VariationSelector = "FE0F";

    /// <summary>
    /// One spelling for all: upper case, joined by hyphens, without variation selectors, which packages set as they
    /// like.
    /// </summary>
    /// <param name="name">Hexadecimal code points, such as <c>2764-fe0f</c>.</param>
    public static string Normalise(string name) =>
        string.Join('-', name.ToUpperInvariant().Split('-').Where(point => point != VariationSelector));
}
