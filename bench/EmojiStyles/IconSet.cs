using System.Globalization;
using System.Text.Json;

namespace EmojiStyles;

/// <summary>A style that comes as one JSON file of SVG bodies, named by slugs.</summary>
/// <param name="Style">The style's name.</param>
/// <param name="Package">The package's.</param>
internal sealed record IconSet(string Style, string Package)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IconSet> All { get; } =
    [
        new("noto-1", "iconify-json-noto-v1"),
        new("emojione-2", "iconify-json-emojione"),
        new("emojione-1", "iconify-json-emojione-v1"),
        new("fluent-flat", "iconify-json-fluent-emoji-flat"),
    ];

    /// <summary>
    /// The drawings of concepts as whole SVG files, by the concept's code; those that the set lacks are left out.
    /// </summary>
    public IEnumerable<(string Code, string Svg)> Draw(Packages packages, IEnumerable<Concept> concepts)
    {
        using var document = JsonDocument.Parse(Packages.ReadText(packages.Of(Package, "icons.json")));
        JsonElement root = document.RootElement;
        JsonElement icons = root.GetProperty("icons");
        string width = Size(root, "width");
        string height = Size(root, "height");
        foreach (Concept concept in concepts)
        {
            if (Find(root, icons, Slug.Of(concept.Name)) is { } icon)
            {
                yield return (concept.Code, $"""
                    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
                      viewBox="0 0 {width} {height}">
                    {icon.GetProperty("body").GetString()}
                    </svg>
                    """);
            }
        }
    }

    // An alias that only renames its parent has the parent's drawing; one that also turns it is left out.
    private static JsonElement? Find(JsonElement root, JsonElement icons, string slug)
    {
        if (icons.TryGetProperty(slug, out JsonElement icon))
        {
            return icon;
        }

        return root.GetProperty("aliases").TryGetProperty(slug, out JsonElement alias)
            && alias.EnumerateObject().Count() == 1
            && icons.TryGetProperty(alias.GetProperty("parent").GetString()!, out JsonElement parent)
            ? parent
            : null;
    }

    private static string Size(JsonElement root, string name) =>
        root.GetProperty(name).GetDouble().ToString(CultureInfo.InvariantCulture);
}
