using System.Collections.Frozen;
using System.Globalization;

namespace PromptKD.Text.Cleaning;

/// <summary>
/// The part of the Unicode Character Database that cleaning needs. .NET has it only where the program runs with ICU,
/// and composes nothing in invariant mode, so that the tokens would depend on the machine.
/// </summary>
internal static class UnicodeTable
{
    private static readonly Lazy<Sections> s_sections = new(Read);

    /// <summary>Usual form of each full-width and half-width character.</summary>
    public static IReadOnlyDictionary<char, string> Widths => s_sections.Value.Widths;

    /// <summary>What a character is made of (one or two characters, not decomposed further), or null.</summary>
    public static int[]? PartsOf(int code) => s_sections.Value.Parts.GetValueOrDefault(code);

    /// <summary>The character that two others make together, or null.</summary>
    public static int? CompositionOf(int first, int second) =>
        s_sections.Value.Compositions.TryGetValue((first, second), out int code) ? code : null;

    /// <summary>Canonical combining class: 0 for what begins a character, the order of marks for the others.</summary>
    public static int CombiningClassOf(int code) => s_sections.Value.Classes.GetValueOrDefault(code);

    private static Sections Read()
    {
        var classes = new Dictionary<int, int>();
        var compositions = new Dictionary<(int First, int Second), int>();
        var parts = new Dictionary<int, int[]>();
        var widths = new Dictionary<char, string>();
        string section = "";
        using var reader = new StreamReader(EmbeddedFile.Open("unicode.txt"));
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                section = line[2..].Split(':')[0];
                continue;
            }

            string[] fields = line.Split(' ');
            if (section == "class")
            {
                AddClasses(classes, fields);
                continue;
            }

            int[] codes = [.. fields.Select(Hexadecimal)];
            if (section == "width")
            {
                widths[(char)codes[0]] = string.Concat(codes[1..].Select(code => (char)code));
                continue;
            }

            parts[codes[0]] = codes[1..];
            if (section == "composition")
            {
                compositions[(codes[1], codes[2])] = codes[0];
            }
        }

        return new Sections(
            classes.ToFrozenDictionary(),
            compositions.ToFrozenDictionary(),
            parts.ToFrozenDictionary(),
            widths.ToFrozenDictionary());
    }

    private static void AddClasses(Dictionary<int, int> classes, string[] fields)
    {
        for (int code = Hexadecimal(fields[0]); code <= Hexadecimal(fields[1]); code++)
        {
            classes[code] = int.Parse(fields[2], CultureInfo.InvariantCulture);
        }
    }

    private static int Hexadecimal(string field) =>
        int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Sections(
        FrozenDictionary<int, int> Classes,
        FrozenDictionary<(int First, int Second), int> Compositions,
        FrozenDictionary<int, int[]> Parts,
        FrozenDictionary<char, string> Widths);
}
