using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PromptKD.Text.Cleaning;

namespace PromptKD.Text.Names;

/// <summary>What every list of class names has to hold, wherever it comes from.</summary>
internal static partial class ClassNameRules
{
    /// <summary>The fewest classes that pictures can be told apart by.</summary>
    public const int Fewest = 2;

    // CLIP's text encoder reads 77 tokens; a name of so many letters is a paragraph that lost its line breaks.
    private const int MostLetters = 500;

    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;
    private const int FirstTag = 0xE0020;
    private const int LastTag = 0xE007F;

    // Letters by their category that are blank: fillers of Hangul, and Braille's cell without dots.
    private static readonly HashSet<int> s_blankLetters = [0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0];

    /// <summary>Refuses names that cannot be meant, or that the teacher could not tell apart.</summary>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="PromptKDException">
    /// There are fewer than two; or one is blank, damaged or endless, or the same as another.
    /// </exception>
    public static void Check(IReadOnlyList<string> names, string source)
    {
        ListedName[] listed =
            [.. names.Select((name, index) => new ListedName(name ?? "", $"{source}: name {index + 1}"))];
        Check(listed);
        if (listed.Length < Fewest)
        {
            throw new PromptKDException(
                $"{source}: {(listed.Length == 1 ? $"one class name, {listed[0].Shown}" : "no class names")}, but "
                + $"pictures are told apart by {Fewest} or more. Name every class that a picture may show.");
        }
    }

    /// <summary>As the other form, but does not count.</summary>
    public static void Check(IReadOnlyList<ListedName> names)
    {
        var seen = new Dictionary<string, ListedName>(names.Count, StringComparer.Ordinal);
        foreach (ListedName name in names)
        {
            CheckLetters(name);
            string cleaned = AsClipReads(name.Text);
            if (cleaned.Length == 0)
            {
                throw new PromptKDException(
                    $"{name.Place} is blank: {name.Shown}. Give every class a name, or take it out.");
            }

            if (!seen.TryAdd(cleaned, name))
            {
                ListedName first = seen[cleaned];
                string same = first.Text == name.Text
                    ? $"{name.Shown} again"
                    : $"{name.Shown}, which is {first.Shown} again";
                throw new PromptKDException(
                    $"{name.Place} is {same} ({first.Place}): to a text tower both are \"{cleaned}\". Every class "
                    + "needs its own name.");
            }
        }
    }

    /// <summary>What to say of names that are all numbers or codes, of which a teacher has read nothing.</summary>
    /// <param name="names">Class names, in label order.</param>
    /// <returns>One line; null where one of them is none.</returns>
    public static string? DescribeCodes(IReadOnlyList<ListedName> names)
    {
        if (names.Count == 0 || !names.All(name => Code().IsMatch(name.Text)))
        {
            return null;
        }

        string what = names.All(name => name.Text.All(char.IsAsciiDigit)) ? "numbers" : "numbers or codes";
        return $"all {names.Count} class names are {what}, {names[0].Shown} the first ({names[0].Place}). CLIP reads "
            + "names as words, and these tell it nothing: name what a picture shows";
    }

    /// <summary>
    /// The name as CLIP gets to see it: without case, underscores, and several spellings of one letter.
    /// </summary>
    private static string AsClipReads(string name) =>
        TextCleaning.Clean(name.Replace('_', ' ')) is var cleaned && cleaned.EnumerateRunes().All(NeedsAnother)
            ? ""
            : cleaned;

    private static void CheckLetters(ListedName name)
    {
        if (name.Text.Length > MostLetters)
        {
            throw new PromptKDException(
                $"{name.Place} has {name.Text.Length} letters: {name.Shown}. A class name is a few words; the text "
                + "encoder reads 77 tokens.");
        }

        foreach (Rune rune in name.Text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                throw new PromptKDException(
                    $"{name.Place}, {name.Shown}, has lost a letter: U+FFFD stands where one could not be read. Write "
                    + "the name anew, in UTF-8.");
            }

            if (IsInvisible(rune))
            {
                throw new PromptKDException(
                    $"{name.Place}, {name.Shown}, has the character U+{rune.Value:X4}, which cannot be seen. Take it "
                    + "out.");
            }
        }

        if (TextCleaning.LooksLikeMojibake(name.Text))
        {
            string meant = Mojibake.Undo(name.Text) is { } repaired ? $" Is {ListedName.Show(repaired)} meant?" : "";
            throw new PromptKDException(
                $"{name.Place}, {name.Shown}, is UTF-8 that was read as Windows-1252.{meant} Write the name anew, in "
                + "UTF-8.");
        }
    }

    // Marks, joiners and tags show on a letter or a symbol alone.
    private static bool NeedsAnother(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control;

    // Joiners and tags are parts of words and of symbols.
    private static bool IsInvisible(Rune rune) => s_blankLetters.Contains(rune.Value)
        || Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
            UnicodeCategory.Format =>
                rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner or (>= FirstTag and <= LastTag)),
            _ => false,
        };

    // 7, x7, c_07, class 7, label-7: what labels are called where nobody gave them a name. 737 alone is one, too; as
    // "Boeing 737" it is a name.
    [GeneratedRegex(
        @"^((class|label|category|object|item|group|cluster|type|cls|id)[\s_:#.-]*)?[A-Za-z]?[\s_:#.-]*[0-9]+$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Code();
}
