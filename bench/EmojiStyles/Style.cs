using PromptKD;

namespace EmojiStyles;

/// <summary>One way to draw all concepts, by one group of designers.</summary>
/// <param name="Name">A word for it.</param>
/// <param name="Find">The picture files of a style, by the concept's code.</param>
internal sealed record Style(string Name, Func<Packages, IReadOnlyDictionary<string, string>> Find)
{
    /// <summary>All styles that the benchmark uses.</summary>
    public static IReadOnlyList<Style> All { get; } =
    [
        new("noto", packages => Files(packages.Of("emoji-datasource-google", "img", "google", "64"), "*.png")),
        new("twemoji", packages => Files(packages.Of("emoji-datasource-twitter", "img", "twitter", "64"), "*.png")),
        new("fluent-3d", packages => Files(packages.Fluent3D, "*.webp")),
        new("openmoji", packages => Files(packages.Rendered("openmoji", "png"), "*.png")),
        .. IconSet.All.Select(
            set => new Style(set.Style, packages => Files(packages.Rendered(set.Style, "png"), "*.png"))),
    ];

    /// <summary>The style of a name.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    public static Style Named(string name) => All.FirstOrDefault(style => style.Name == name)
        ?? throw new PromptKDException(
            $"There is no style '{name}'. Give one of {string.Join(", ", All.Select(style => style.Name))}.");

    private static Dictionary<string, string> Files(string folder, string pattern) => Directory.Exists(folder)
        ? Directory.GetFiles(folder, pattern)
            .OrderBy(file => file, StringComparer.Ordinal)
            .DistinctBy(file => CodePoints.Normalise(Path.GetFileNameWithoutExtension(file)))
            .ToDictionary(file => CodePoints.Normalise(Path.GetFileNameWithoutExtension(file)))
        : throw new PromptKDException(
            $"There is no '{folder}'. Run bench/EmojiStyles/fetch.sh with this folder first.");
}
