using System.Globalization;
using System.Text;

namespace PromptKD.Pages;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the key.</param>
/// <param name="Kind">Its colour: <c>model</c>, <c>reference</c> or <c>third</c>.</param>
/// <param name="Points">From left to right.</param>
internal sealed record ChartLine(string Name, string Kind, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over a common axis, as SVG that follows the page's colours.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Axis">What runs from left to right.</param>
/// <param name="Lines">At least one, with at least one point in all.</param>
internal sealed record LineChart(string Title, string Axis, IReadOnlyList<ChartLine> Lines)
{
    private const double Width = 360;
    private const double Height = 230;
    private const double UsualLeft = 46;
    private const double ValueTitleWidth = 16;
    private const double Right = 20;
    private const double Top = 12;
    private const double Bottom = 38;
    private const int Steps = 4;
    private const double SmallestStep = 0.25; // percent

    /// <summary>
    /// Whether the values are shares, 0–1, drawn on a scale of percent; else the scale fits the values.
    /// </summary>
    public bool IsShare { get; init; }

    /// <summary>Whether the axis has the same scale of percent, and a line where both are the same.</summary>
    public bool IsSquare { get; init; }

    /// <summary>What stands beside the scale; empty for nothing: the title says it.</summary>
    public string ValueTitle { get; init; } = "";

    /// <summary>
    /// What stands at 0, 1, … of the axis, each in the middle of a band of its own; empty where the numbers themselves
    /// stand there, from one end to the other.
    /// </summary>
    public IReadOnlyList<string> Places { get; init; } = [];

    private double Left => UsualLeft + (ValueTitle.Length > 0 ? ValueTitleWidth : 0);

    private IEnumerable<(double X, double Y)> Points => Lines.SelectMany(line => line.Points);

    /// <summary>
    /// Whether the values are percent on a scale that begins near the least of them, instead of at 0; it ends at 100 at
    /// most.
    /// </summary>
    public bool BeginsAtLeast { get; init; }

    /// <summary>The chart with its title, key, and a text for those who do not see it.</summary>
    public string ToHtml()
    {
        (double low, double high) = Scale();
        (double first, double last) = Extent();
        var svg = new StringBuilder("<figure>\n");
        svg.Append($"<svg viewBox=\"0 0 {Width:0} {Height:0}\" role=\"img\" ")
            .Append($"aria-label=\"{HtmlPage.Text(Describe())}\">\n");
        for (int step = 0; step <= Steps; step++)
        {
            double value = low + ((high - low) * step / Steps);
            double y = Y(value);
            svg.Append(Invariant($"<path class=\"grid\" d=\"M{Left} {y:0.#}H{Width - Right}\"/>"))
                .Append(Small(Left - 6, y + 4, "end", Label(value, high - low)));
        }

        foreach (double tick in Ticks(first, last))
        {
            string label = Places.Count > 0 ? Places[(int)tick]
                : IsSquare ? Invariant($"{100 * tick:0} %")
                : Invariant($"{tick:0.##}");
            svg.Append(Small(X(tick), Height - Bottom + 16, "middle", label));
        }

        svg.Append(Small((Left + Width - Right) / 2, Height - 5, "middle", Axis))
            .Append(ValueTitle.Length > 0 ? Upwards((Top + Height - Bottom) / 2, ValueTitle) : "")
            .Append(Invariant($"<path class=\"axis\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/>\n"));
        if (IsSquare)
        {
            svg.Append("<path class=\"axis\" stroke-dasharray=\"3 4\" ")
                .Append(Invariant($"d=\"M{X(0):0.#} {Y(0):0.#}L{X(1):0.#} {Y(1):0.#}\"/>\n"));
        }

        svg.AppendJoin("", Lines.Select(Draw)).Append("</svg>\n<figcaption>")
            .Append($"<strong>{HtmlPage.Text(Title)}</strong> ")
            .AppendJoin(" ", Lines.Select(Key));
        return svg.Append("</figcaption>\n</figure>").ToString();

        double X(double value) => last == first
            ? (Left + Width - Right) / 2
            : Left + ((Width - Left - Right) * (value - first) / (last - first));

        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * (value - low) / (high - low));

        string Draw(ChartLine line)
        {
            string points = string.Join(
                ' ', line.Points.Select(point => Invariant($"{X(point.X):0.#},{Y(point.Y):0.#}")));
            bool isSparse = line.Points.Count <= 20 && (line.Kind == "model" || Places.Count > 0);
            string dots = isSparse
                ? string.Concat(line.Points.Select(point => Invariant(
                    $"<circle class=\"fill-{line.Kind}\" cx=\"{X(point.X):0.#}\" cy=\"{Y(point.Y):0.#}\" r=\"3\"/>")))
                : "";
            return $"<polyline class=\"line-{line.Kind}\" points=\"{points}\"/>{dots}\n";
        }
    }

    private static string Small(double x, double y, string anchor, string text) =>
        Invariant($"<text class=\"small\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">")
        + $"{HtmlPage.Text(text)}</text>\n";

    private static string Upwards(double y, string text) =>
        Invariant($"<text class=\"small\" transform=\"translate(12 {y:0.#}) rotate(-90)\" text-anchor=\"middle\">")
        + $"{HtmlPage.Text(text)}</text>\n";

    private static string Key(ChartLine line) =>
        $"<span><span class=\"key {line.Kind}\"></span>{HtmlPage.Text(line.Name)}</span>";

    private string Describe() => $"{Title}, by {Axis}. " + string.Join("; ", Lines.Where(line => line.Points.Count > 0)
        .Select(line => $"{line.Name} from {Label(line.Points[0].Y, 0)} to {Label(line.Points[^1].Y, 0)}"));

    private (double Low, double High) Scale()
    {
        if (IsShare || IsSquare)
        {
            return (0, 1);
        }

        double high = Points.Max(point => point.Y);
        double least = Points.Min(point => point.Y);
        if (BeginsAtLeast)
        {
            return NearLeast(least, high);
        }

        double low = Math.Min(0, least);
        return high > low ? (low, low + (Steps * Round((high - low) / Steps))) : (low, low + 1);
    }

    // Multiples of the step, the smallest one with which the largest value is still on the scale.
    private static (double Low, double High) NearLeast(double least, double high)
    {
        const double Whole = 100; // percent
        double step = Round(Math.Max((high - least) / Steps, SmallestStep));
        while ((Math.Floor(least / step) + Steps) * step < high)
        {
            step = Round(step * 1.01);
        }

        double low = Math.Min(Math.Floor(least / step) * step, Whole - (Steps * step));
        return (low, low + (Steps * step));
    }

    // Up to a step that people count in: 1, 2, 2.5 or 5 times a power of ten.
    private static double Round(double step)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * new[] { 1, 2, 2.5, 5, 10 }.First(one => one * power >= step * (1 - 1e-9));
    }

    private (double First, double Last) Extent() =>
        IsSquare ? (0, 1)
        : Places.Count > 0 ? (-0.5, Places.Count - 0.5)
        : (Points.Min(point => point.X), Points.Max(point => point.X));

    private IEnumerable<double> Ticks(double first, double last)
    {
        if (IsSquare)
        {
            return [0, 0.25, 0.5, 0.75, 1];
        }

        if (Places.Count > 0)
        {
            return Enumerable.Range(0, Places.Count).Select(place => (double)place);
        }

        int step = Math.Max(1, (int)Math.Ceiling((last - first) / 6));
        return Enumerable.Range(0, (int)((last - first) / step) + 1).Select(place => first + (place * step));
    }

    private string Label(double value, double range) => IsShare || IsSquare
        ? Invariant($"{100 * value:0} %")
        : range is > 0 and < 0.01 || Math.Abs(value) is > 0 and < 0.01 ? Invariant($"{value:0.0e+0}")
        : Invariant($"{value:0.###}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
