// Makes src/PromptKD.Imaging/Text/Resources/unicode.txt from the Unicode Character Database (Debian: package
// unicode-data):
//   dotnet run tools/MakeUnicodeTable.cs -- FOLDER > src/PromptKD.Imaging/Text/Resources/unicode.txt
// FOLDER holds UnicodeData.txt and CompositionExclusions.txt. Only what text cleaning needs is kept (35 KB of 2 MB).
using System.Globalization;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: dotnet run tools/MakeUnicodeTable.cs -- FOLDER");
    return 2;
}

string[][] rows = [.. File.ReadLines(Path.Combine(args[0], "UnicodeData.txt")).Select(line => line.Split(';'))];
Dictionary<int, string> mappings = rows.Where(row => row[5].Length > 0).ToDictionary(row => Hex(row[0]), row => row[5]);
HashSet<int> excluded = [.. File.ReadLines(Path.Combine(args[0], "CompositionExclusions.txt"))
    .Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).Select(Hex)];
Dictionary<int, int> classes = rows.Where(row => row[3] != "0").ToDictionary(
    row => Hex(row[0]), row => int.Parse(row[3], CultureInfo.InvariantCulture));

Console.Out.NewLine = "\n";
Console.WriteLine(
    "# From the Unicode Character Database 15.0, by tools/MakeUnicodeTable.cs. All hexadecimal but the classes.");
Console.WriteLine("# Copyright 1991-2022 Unicode, Inc.; under the Unicode License, www.unicode.org/license.txt.");
Console.WriteLine("# class: first last combining-class");
WriteClasses();
Console.WriteLine("# composition: character first second (the pair becomes the character, and back)");
WriteMappings((code, parts) => parts.Length == 2 && Recomposes(code, parts));
Console.WriteLine("# decomposition: character parts (never put together again)");
WriteMappings((code, parts) => !(parts.Length == 2 && Recomposes(code, parts)));
Console.WriteLine("# width: full-width or half-width character, its usual form");
foreach (int code in mappings.Keys.Where(code => code is 0x3000 or (> 0xFF00 and < 0xFFF0)).Order())
{
    Console.WriteLine($"{code:X4} {string.Join(' ', Flatten(code).Select(part => part.ToString("X4", null)))}");
}

return 0;

void WriteClasses()
{
    int[] codes = [.. classes.Keys.Order()];
    for (int start = 0, next; start < codes.Length; start = next)
    {
        int common = classes[codes[start]];
        next = start + 1;
        while (next < codes.Length && codes[next] == codes[next - 1] + 1 && classes[codes[next]] == common)
        {
            next++;
        }

        Console.WriteLine($"{codes[start]:X4} {codes[next - 1]:X4} {common}");
    }
}

void WriteMappings(Func<int, int[], bool> wanted)
{
    foreach ((int code, string mapping) in mappings.OrderBy(entry => entry.Key))
    {
        bool isCanonical = !mapping.StartsWith('<');
        if (isCanonical && wanted(code, [.. mapping.Split(' ').Select(Hex)]))
        {
            Console.WriteLine($"{code:X4} {mapping}");
        }
    }
}

// Unicode Standard Annex 15: what is listed, and what begins with a combining mark, is not composed.
bool Recomposes(int code, int[] parts) =>
    !excluded.Contains(code) && !classes.ContainsKey(code) && !classes.ContainsKey(parts[0]);

IEnumerable<int> Flatten(int code) =>
    mappings.TryGetValue(code, out string? mapping)
        ? mapping.Split(' ').Where(part => !part.StartsWith('<')).Select(Hex).SelectMany(Flatten)
        : [code];

static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
