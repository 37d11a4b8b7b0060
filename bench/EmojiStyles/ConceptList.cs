using System.Text.Json;
using PromptKD;

namespace EmojiStyles;

/// <summary>Reads the concepts that all complete styles have drawn.</summary>
internal static class ConceptList
{
    private static readonly string[] s_leftOut = ["flags", "symbols", "component"];

    /// <summary>
    /// Flags, symbols and components left out: they have no second level of classes that a picture shows.
    /// </summary>
    /// <param name="packages">The folder of the unpacked packages.</param>
    /// <returns>Sorted by code.</returns>
    /// <exception cref="PromptKDException">A package is missing or is not what it should be.</exception>
    public static IReadOnlyList<Concept> Read(Packages packages)
    {
        HashSet<string> drawn = Codes(packages.EmojiJson, "unified");
        drawn.IntersectWith(Directory.EnumerateFiles(packages.Fluent3D)
            .Select(file => CodePoints.Normalise(Path.GetFileNameWithoutExtension(file))));
        using var names = JsonDocument.Parse(Packages.ReadText(packages.OpenMojiJson));
        return
        [
            .. names.RootElement.EnumerateArray()
                .Where(entry => drawn.Contains(Code(entry, "hexcode")))
                .Where(entry => !s_leftOut.Contains(Text(entry, "group")))
                .Select(ToConcept)
                .OrderBy(concept => concept.Code, StringComparer.Ordinal),
        ];
    }

    private static Concept ToConcept(JsonElement entry)
    {
        string[] tags = Text(entry, "tags").Split(',');
        return new Concept(
            Code(entry, "hexcode"),
            PlainText.Of(Text(entry, "annotation")),
            [.. tags.Select(PlainText.Of).Where(tag => tag.Length > 0)],
            Text(entry, "subgroups"));
    }

    private static HashSet<string> Codes(string file, string key)
    {
        using var document = JsonDocument.Parse(Packages.ReadText(file));
        return [.. document.RootElement.EnumerateArray().Select(entry => Code(entry, key))];
    }

    private static string Code(JsonElement entry, string key) => CodePoints.Normalise(Text(entry, key));

    private static string Text(JsonElement entry, string key) => entry.GetProperty(key).GetString() ?? "";
}
