using System.Text.RegularExpressions;

namespace EmojiStyles;

/// <summary>
/// What drawings of one pattern have in common. Designers draw "man running" and "woman running", a heart in eight
/// colours, or a clock at 24 times from one drawing: if one of them is trained on, another is no test.
/// </summary>
internal static partial class Stem
{
    /// <summary>The stem of a name: concepts with the same stem stay on one side of every split.</summary>
    /// <param name="name">As <see cref="PlainText"/> gives it.</param>
    /// <param name="group">The subcategory; equal words of different subcategories are different drawings.</param>
    public static string Of(string name, string group)
    {
        if (group == "time" && Clock().IsMatch(name))
        {
            return "time/clock";
        }

        string root = name.Split(':')[0];
        root = MoonPhase().Replace(root, "moon");
        root = Merfolk().Replace(root, "merperson");
        root = Royalty().Replace(root, "royalty");
        root = Older().Replace(root, "old");
        string left = Spaces().Replace(Variants().Replace(root, " "), " ").Trim();
        return $"{group}/{(left.Length > 0 ? left : People().IsMatch(root) ? "person" : root)}";
    }

    [GeneratedRegex("o'clock|-thirty")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\b(new|full|waxing|waning|(first|last) quarter|crescent|gibbous)\b.*\bmoon\b")]
    private static partial Regex MoonPhase();

    [GeneratedRegex(@"\b(mermaid|merman)\b")]
    private static partial Regex Merfolk();

    [GeneratedRegex(@"\b(prince|princess)\b")]
    private static partial Regex Royalty();

    [GeneratedRegex(@"\bolder\b")]
    private static partial Regex Older();

    [GeneratedRegex(@"\b(man|woman|men|women|person|people|boy|girl|baby|child|mr|mrs|mx|and|facing|left|right|"
        + @"red|orange|yellow|green|light blue|blue|purple|brown|black|white|gr[ae]y|pink)\b\.?")]
    private static partial Regex Variants();

    [GeneratedRegex(@"\b(man|woman|men|women|person|people|boy|girl|baby|child)\b")]
    private static partial Regex People();

    [GeneratedRegex(@"[\s-]+")]
    private static partial Regex Spaces();
}
