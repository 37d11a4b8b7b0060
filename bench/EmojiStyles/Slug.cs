using System.Text.RegularExpressions;

namespace EmojiStyles;

/// <summary>How icon sets name an emoji: its name in small letters, joined by hyphens.</summary>
internal static partial class Slug
{
    /// <summary>The slug of a name: <c>woman’s hat</c> becomes <c>womans-hat</c>.</summary>
    /// <param name="name">A name in plain ASCII, see <see cref="PlainText"/>.</param>
    public static string Of(string name) =>
        Separators().Replace(name.Replace("'", "", StringComparison.Ordinal).ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Separators();
}
