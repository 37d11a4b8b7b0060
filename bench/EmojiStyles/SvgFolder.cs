using PromptKD.Runtime;

namespace EmojiStyles;

/// <summary>Lays out the drawings for a renderer: <c>svg/STYLE/CODE.svg</c>.</summary>
internal static class SvgFolder
{
    /// <summary>Writes every SVG that the benchmark uses, and says how many there are of each style.</summary>
    public static IReadOnlyList<(string Style, int Count)> Write(Packages packages, IReadOnlyList<Concept> concepts)
    {
        var counts =
            new List<(string Style, int Count)> { ("openmoji", WriteAll("openmoji", OpenMoji(packages, concepts))) };
        counts.AddRange(IconSet.All.Select(set => (set.Style, WriteAll(set.Style, set.Draw(packages, concepts)))));
        return counts;

        int WriteAll(string style, IEnumerable<(string Code, string Svg)> drawings)
        {
            int count = 0;
            foreach ((string code, string svg) in drawings)
            {
                WholeFile.WriteText(Path.Combine(packages.Rendered(style, "svg"), code + ".svg"), svg);
                count++;
            }

            return count;
        }
    }

    private static IEnumerable<(string Code, string Svg)> OpenMoji(Packages packages, IReadOnlyList<Concept> concepts)
    {
        var files = Directory.GetFiles(packages.Of("openmoji", "color", "svg"), "*.svg")
            .ToLookup(file => CodePoints.Normalise(Path.GetFileNameWithoutExtension(file)));
        return concepts
            .Where(concept => files.Contains(concept.Code))
            .Select(concept => (concept.Code, File.ReadAllText(files[concept.Code].First())));
    }
}
