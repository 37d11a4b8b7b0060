using System.Globalization;
using System.Text;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>Draws which class was given where which was wanted, as SVG: the classes that are confused most.</summary>
internal static class ConfusionMap
{
    private const int MostClasses = 30;
    private const int Cell = 22;
    private const int LongestName = 20;
    private const double LetterWidth = 6.6;
    private const int Edge = 14;
    private const int Angle = 55;

    /// <summary>Draws it.</summary>
    /// <param name="confusion">What was counted.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="wanted">Whose classes the rows are, such as "teacher".</param>
    /// <param name="given">Whose classes the columns are.</param>
    public static string ToHtml(Confusion confusion, IReadOnlyList<string> names, string wanted, string given)
    {
        int[] classes = Choose(confusion);
        int space = Space(classes.Select(one => names[one]));
        int side = classes.Length * Cell, width = space + side + (space * 6 / 10), height = space + side + 4;
        var svg = new StringBuilder("<figure class=\"scroll\" tabindex=\"0\">\n");
        string label = HtmlPage.Text($"Rows: {wanted}; columns: {given}. The table below names the largest.");
        svg.Append($"<svg class=\"wide\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" ")
            .Append($"role=\"img\" aria-label=\"{label}\">\n");
        foreach ((int place, int name) in classes.Index())
        {
            int middle = space + (place * Cell) + 15;
            string text = HtmlPage.Text(Fit(names[name]));
            svg.Append($"<text class=\"small\" x=\"{space - 6}\" y=\"{middle}\" text-anchor=\"end\">{text}</text>")
                .Append($"<text class=\"small\" transform=\"translate({middle - 1} {space - 6}) rotate(-{Angle})\">")
                .Append($"{text}</text>\n");
        }

        foreach ((int row, int one) in classes.Index())
        {
            foreach ((int column, int other) in classes.Index())
            {
                AppendCell(svg, confusion, names, (one, other), space + (column * Cell), space + (row * Cell));
            }
        }

        string cut = classes.Length < confusion.Classes
            ? $" The {classes.Length} classes that are confused most, of {confusion.Classes}."
            : "";
        return svg.Append("</svg>\n")
            .Append($"<figcaption>Rows: {HtmlPage.Text(wanted)}; columns: {HtmlPage.Text(given)}. ")
            .Append($"Blue is the same class, red another; the darker, the more of its row.{cut}</figcaption>\n")
            .Append("</figure>")
            .ToString();
    }

    // As much as the longest name needs, which nobody has measured: letters of this size are narrower than that.
    private static int Space(IEnumerable<string> names) => Edge + (int)Math.Ceiling(
        LetterWidth * names.Max(name => new StringInfo(Fit(name)).LengthInTextElements));

    private static int[] Choose(Confusion confusion) => confusion.Classes <= MostClasses
        ? [.. Enumerable.Range(0, confusion.Classes)]
        :
        [
            .. confusion.Pairs.SelectMany(pair => new[] { pair.Wanted, pair.Given })
                .Distinct()
                .Take(MostClasses)
                .Order(),
        ];

    private static void AppendCell(
        StringBuilder svg, Confusion confusion, IReadOnlyList<string> names, (int Wanted, int Given) key, int x, int y)
    {
        int count = confusion[key.Wanted, key.Given];
        if (count == 0)
        {
            svg.Append($"<rect class=\"grid\" x=\"{x}\" y=\"{y}\" width=\"{Cell}\" height=\"{Cell}\"/>\n");
            return;
        }

        double share = (double)count / confusion.Outcomes[key.Wanted].Wanted;
        string kind = key.Wanted == key.Given ? "right" : "wrong";
        string title = HtmlPage.Text($"{names[key.Wanted]} → {names[key.Given]}: {count}");
        svg.Append($"<rect class=\"{kind}\" x=\"{x + 1}\" y=\"{y + 1}\" width=\"{Cell - 2}\" height=\"{Cell - 2}\" ")
            .Append(CultureInfo.InvariantCulture, $"fill-opacity=\"{0.12 + (0.5 * share):0.##}\"/>")
            .Append($"<text x=\"{x + (Cell / 2)}\" y=\"{y + 15}\" text-anchor=\"middle\">{Short(count)}")
            .Append($"<title>{title}</title></text>\n");
    }

    private static string Short(int count) => count < 1000
        ? count.ToString(CultureInfo.InvariantCulture)
        : $"{count / 1000}k";

    private static string Fit(string name)
    {
        var text = new StringInfo(name);
        return text.LengthInTextElements <= LongestName
            ? name
            : text.SubstringByTextElements(0, LongestName - 1) + "…";
    }
}
