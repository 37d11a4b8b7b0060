using System.Text;

namespace EmojiStyles;

/// <summary>Text that a vocabulary of ASCII words can say.</summary>
internal static class PlainText
{
    /// <summary>
    /// Small letters and straight apostrophes; what is not printable ASCII falls away, the same with and without ICU.
    /// </summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char letter in text.Replace('’', '\'').ToLowerInvariant().Where(letter => letter is >= ' ' and <= '~'))
        {
            plain.Append(letter);
        }

        return plain.ToString().Trim();
    }
}
