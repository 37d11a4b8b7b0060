using System.Globalization;
using System.Text.RegularExpressions;

namespace PromptKD.Text.Names;

/// <summary>
/// What lines of a list show that it is not one name a line: what cannot be meant is refused, what may be meant is
/// warned of. Whoever does mean it gives a JSON list, which is taken as it stands.
/// </summary>
internal static partial class LineRules
{
    private const string Exact = "If it belongs to the names, give them as a JSON list.";

    private static readonly string[] s_pictureEndings =
    [
        ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic",
    ];

    private static readonly HashSet<string> s_emptyCells =
        new(["nan", "null", "n/a", "#n/a", "<na>", "#ref!", "#value!", "#name?"], StringComparer.OrdinalIgnoreCase);

    /// <param name="path">The file.</param>
    /// <param name="names">Its names.</param>
    /// <param name="isTable">Whether separators and quotes have been understood already.</param>
    /// <param name="warn">Is told what is odd.</param>
    /// <exception cref="PromptKDException">It cannot be a list of names.</exception>
    public static void Check(string path, IReadOnlyList<ListedName> names, bool isTable, Action<string> warn)
    {
        RefuseLines(names);
        RefuseAll(
            names,
            WordNetCode(),
            "begins with a code of WordNet, as all lines do. Take the codes off: CLIP reads names as words");
        RefuseAll(
            names,
            Sentence(),
            "is a sentence, as all lines are. Give the class names alone: the sentence around them is ‹template›");
        RefuseAll(names, Folder(), "ends with a slash, as all lines do. Take it off: a folder is no name");
        RefuseNumbers(names);
        WarnOfWords(path, names, isTable, warn);
        if (!isTable)
        {
            CheckSeparators(path, names, warn);
        }
    }

    private static void RefuseLines(IReadOnlyList<ListedName> names)
    {
        Refuse(names, IsComment, "is a comment: a list of class names has none. Take the line out");
        Refuse(
            names,
            name => name.Contains(" # ", StringComparison.Ordinal) || name.Contains(" // ", StringComparison.Ordinal),
            "has a comment behind it: a list of class names has none. Take it off");
        Refuse(names, name => PathOrAddress().IsMatch(name), "is a path or an address, not the name of a class");
        Refuse(names, name => ListMark().IsMatch(name), "has the mark of a list. Take it off each line");
        Refuse(names, name => Tag().IsMatch(name), "has a tag of HTML. Take the tags off");
        Refuse(names, name => name.Contains("{}", StringComparison.Ordinal),
            "has {}, as the sentences of ‹template› have. Give the class names alone");
        Refuse(
            names,
            name => name.Length > 2 && name.All(letter => letter is '-' or '=' or '_' or '*' or '.' or '#' or '~'),
            "is a line that divides, not a name. Take the line out");
        Refuse(
            names,
            name => name.Length > 1 && name[^1] == ':',
            "ends with a colon, as a key of YAML does. Take the line out");
        Refuse(names, name => s_pictureEndings.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)),
            "is the name of a picture, not of a class. Name the classes");
    }

    private static void WarnOfWords(
        string path, IReadOnlyList<ListedName> names, bool isTable, Action<string> warn)
    {
        foreach (ListedName odd in names.Where(name => s_emptyCells.Contains(name.Text)).Take(1))
        {
            warn($"{odd.Place}: {odd.Shown} is what programs write for an empty cell or a mistake: is it a class?");
        }

        foreach (ListedName odd in names.Where(name => name.Text.All(char.IsPunctuation)).Take(1))
        {
            warn($"{odd.Place}: {odd.Shown} has no letter and no digit: is it a class?");
        }

        foreach (ListedName odd in names.Where(name => PercentCode().IsMatch(name.Text)).Take(1))
        {
            warn(
                $"{odd.Place}: {odd.Shown} has a percent code, which is taken as it stands: such codes are for the "
                + "names of folders");
        }

        if (!isTable && names.Count > 0 && ListParser.IsHeading(names[0]))
        {
            warn($"{names[0].Place}: {names[0].Shown} is taken for a class: is it the heading of a column?");
        }
    }

    private static void CheckSeparators(string path, IReadOnlyList<ListedName> names, Action<string> warn)
    {
        Refuse(names, name => name.Contains('\t', StringComparison.Ordinal),
            "has a tab, as a table of several columns has. Keep the column of the class names alone");
        Refuse(names, name => name[^1] is ',' or ';',
            "ends with a separator. Give one name a line, or a JSON list");
        Refuse(
            names,
            name => name.Length > 1 && name[0] is '"' or '\'' or '“' or '„' && name[^1] is '"' or '\'' or '”' or '“'
                && name[0] != name[^1] == name[0] is '“' or '„',
            "is in quotes. Take them off, call the file .csv, or give a JSON list");
        if (names is [{ } only] && only.Text.AsSpan().IndexOfAny(",;|") is var at and >= 0)
        {
            throw new PromptKDException(
                $"{only.Place}, the only line of its file, has names separated by '{only.Text[at]}': {only.Shown}. Put "
                + "each on a line of its own.");
        }

        foreach (char separator in ";|,")
        {
            ListedName[] with = [.. names.Where(name => name.Text.Contains(separator, StringComparison.Ordinal))];
            if (separator != ',' && with.Length > 1 && with.Length == names.Count)
            {
                throw new PromptKDException(
                    $"{path}: every line has '{separator}', as a table of several columns has; the first is "
                    + $"{with[0].Shown}. Keep the column of the class names alone. {Exact}");
            }

            if (with.Length > 0)
            {
                warn(
                    $"{path}: {with.Length} of {names.Count} class names have '{separator}' in them; each line is one "
                    + "name. "
                    + $"The first is {with[0].Shown} ({with[0].Place})");
            }
        }
    }

    // 1. cat, 2. dog; a) cat, b) dog; or cat 0, dog 1. "1 euro", "2 euro" are not told apart by anything else.
    private static void RefuseNumbers(IReadOnlyList<ListedName> names)
    {
        foreach (Regex numbered in new[] { NumberFirst(), LetterFirst(), NumberLast() })
        {
            Match[] matches = [.. names.Select(name => numbered.Match(name.Text))];
            if (names.Count >= ClassNameRules.Fewest && matches.All(match => match.Success) && AreCounted(matches))
            {
                throw new PromptKDException(
                    $"{names[0].Place}, {names[0].Shown}, is numbered, as all lines are. Take the numbers off: labels "
                    + $"follow the order of the lines. {Exact}");
            }
        }
    }

    private static bool AreCounted(Match[] lines)
    {
        int[] numbers = [.. lines.Select(line => NumberOf(line.Groups["number"].Value))];
        return numbers[0] is 0 or 1
            && numbers.Index().All(one => one.Item == numbers[0] + one.Index)
            && lines.Select(line => line.Groups["name"].Value).Distinct().Count() == lines.Length;
    }

    // Digits of any script, circled ones, and letters: a is 1.
    private static int NumberOf(string text) => char.IsAsciiLetter(text[0])
        ? char.ToLowerInvariant(text[0]) - 'a' + 1
        : (int)text.Aggregate(0.0, (number, digit) => (10 * number) + CharUnicodeInfo.GetNumericValue(digit));

    private static bool IsComment(string name) =>
        name[0] == '#' || name.StartsWith("//", StringComparison.Ordinal);

    private static void RefuseAll(IReadOnlyList<ListedName> names, Regex wrong, string why)
    {
        if (names.Count >= ClassNameRules.Fewest && names.All(name => wrong.IsMatch(name.Text)))
        {
            throw new PromptKDException($"{names[0].Place}, {names[0].Shown}, {why}. {Exact}");
        }
    }

    private static void Refuse(IReadOnlyList<ListedName> names, Func<string, bool> isWrong, string why)
    {
        foreach (ListedName name in names.Where(name => name.Text.Length > 0 && isWrong(name.Text)))
        {
            throw new PromptKDException($"{name.Place}, {name.Shown}, {why}. {Exact}");
        }
    }

    [GeneratedRegex(@"^(https?://|file:|~?/|\.{1,2}/|[A-Za-z]:\\)")]
    private static partial Regex PathOrAddress();

    [GeneratedRegex("^an? ([a-z]+ )?(photo|picture|image|drawing|painting|sketch) of ", RegexOptions.IgnoreCase)]
    private static partial Regex Sentence();

    [GeneratedRegex("^n[0-9]{8}([\\s:,;=_-]|$)")]
    private static partial Regex WordNetCode();

    [GeneratedRegex(@"^[-+*\u2022\u25E6\u25AA\u2023\u00B7\u2013\u2014] ")]
    private static partial Regex ListMark();

    [GeneratedRegex(@"</?[A-Za-z][^<>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"[^/\\][/\\]$")]
    private static partial Regex Folder();

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex PercentCode();

    [GeneratedRegex(@"^[\(\[]?(?<number>\d{1,6}|[\u2460-\u2473])[\.\)\]:,;=\-\s]+(?<name>\S.*)$")]
    private static partial Regex NumberFirst();

    [GeneratedRegex(@"^[\(\[]?(?<number>[A-Za-z])[\.\)\]]\s*(?<name>\S.*)$")]
    private static partial Regex LetterFirst();

    [GeneratedRegex(@"^(?<name>.*[^\s:,;=\(\[])[\s:,;=]+[\(\[]?(?<number>\d{1,6})[\)\]]?$")]
    private static partial Regex NumberLast();
}
