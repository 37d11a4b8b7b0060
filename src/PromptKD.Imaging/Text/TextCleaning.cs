using System.Text;
using PromptKD.Text.Cleaning;

namespace PromptKD.Text;

/// <summary>
/// Brings text into the form that CLIP's vocabulary was made for: damage repaired, HTML entities resolved, blanks
/// collapsed, lower case. Equal, letter by letter, to what CLIP's Python code does, except for mojibake.
/// </summary>
/// <remarks>CLIP, clip/simple_tokenizer.py: ftfy, html.unescape twice, white space, lower.</remarks>
internal static class TextCleaning
{
    /// <summary>Cleans text as CLIP does before it looks for tokens.</summary>
    /// <param name="text">Any text; halves of surrogate pairs become U+FFFD.</param>
    /// <returns>Lower-case text without blanks at either end and with one blank between words.</returns>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return CleanRepaired(TextRepair.Repair(text));
    }

    /// <summary>
    /// Whether the text looks like UTF-8 that was read as Windows-1252 ("cafÃ©" for "café"). CLIP's Python code
    /// repairs such text before it tokenizes; <see cref="Clean"/> does not, so its tokens differ: warn about it.
    /// </summary>
    public static bool LooksLikeMojibake(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Mojibake.IsLikely(text);
    }

    /// <summary>What follows the repair: what CLIP's Python code does where ftfy is not installed.</summary>
    internal static string CleanRepaired(string text)
    {
        if (text.Contains('&', StringComparison.Ordinal))
        {
            text = HtmlEntities.Unescape(HtmlEntities.Unescape(text));
        }

        text = PythonText.CollapseSpace(text);
        return Ascii.IsValid(text) ? text.ToLowerInvariant() : PythonText.ToLower(text);
    }
}
