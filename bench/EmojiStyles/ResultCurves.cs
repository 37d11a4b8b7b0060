using System.Globalization;
using System.Text.Json;
using PromptKD.Demo.Charts;
using PromptKD.Drawing;
using SkiaSharp;

namespace EmojiStyles;

/// <summary>
/// How the recipes learn: agreement with the teacher on held-out pictures by epoch, one panel a target. Of finished
/// runs.
/// </summary>
internal static class ResultCurves
{
    private const float PanelWidth = 460;
    private const float Height = 430;

    private static readonly (string Method, SKColor Color)[] s_curves =
        [("fast", ChartCanvas.Muted), ("paper", ChartCanvas.Wrong), ("best", ChartCanvas.Accent)];

    /// <summary>Draws an SVG.</summary>
    /// <param name="results">Where the runs are, as for <see cref="RunResult.ReadAll"/>.</param>
    /// <param name="file">The drawing.</param>
    public static void Draw(string results, string file)
    {
        string[] targets = [.. Directory.GetDirectories(results).Select(path => Path.GetFileName(path)!).Order(
            StringComparer.Ordinal)];
        ChartCanvas.WriteSvg(file, PanelWidth * targets.Length, Height, canvas =>
        {
            for (int place = 0; place < targets.Length; place++)
            {
                DrawTarget(canvas, PanelWidth * place, Path.Combine(results, targets[place]));
            }
        });
    }

    /// <summary>
    /// Mean agreement on held-out pictures, percent, of each epoch in the lines of each run's <c>metrics.jsonl</c>.
    /// </summary>
    public static IReadOnlyList<(int Epoch, double Percent)> MeanOf(IEnumerable<IEnumerable<string>> runs) =>
    [
        .. runs.SelectMany(lines => lines.Select(Read))
            .Where(point => point is not null)
            .GroupBy(point => point!.Value.Epoch, point => point!.Value.Percent)
            .OrderBy(epoch => epoch.Key)
            .Select(epoch => (epoch.Key, epoch.Average())),
    ];

    private static void DrawTarget(ChartCanvas canvas, float left, string folder)
    {
        var curves = s_curves.Select(one => (one.Method, one.Color, Points: MeanOf(LinesOf(folder, one.Method))))
            .Where(curve => curve.Points.Count > 0)
            .ToArray();
        int last = curves.SelectMany(curve => curve.Points).Select(point => point.Epoch).DefaultIfEmpty(1).Max();
        double largest =
            curves.SelectMany(curve => curve.Points).Select(point => point.Percent).DefaultIfEmpty(1).Max();
        var panel = new CurvePanel(canvas, left + 60, Top: 80, left + PanelWidth - 30, Bottom: 360, last, largest);
        panel.DrawAxes($"{Path.GetFileName(folder)}: agreement on held-out pictures", unit: " %", "epoch");
        float key = left + 70;
        foreach ((string method, SKColor color, IReadOnlyList<(int Epoch, double Percent)> points) in curves)
        {
            // What has no epochs ends where it begins.
            panel.DrawCurve(points.Count == 1 ? [points[0], (last, points[0].Percent)] : points, color);
            string name = string.Create(CultureInfo.InvariantCulture, $"{method} {points[^1].Percent:0.0} %");
            canvas.Text(name, key, 340, 12, color);
            key += 105;
        }
    }

    private static IEnumerable<IEnumerable<string>> LinesOf(string folder, string method) => Directory
        .GetFiles(folder, "metrics.jsonl", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == method
            && File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "seconds.txt")))
        .Select(file => File.ReadLines(file));

    private static (int Epoch, double Percent)? Read(string line)
    {
        using var metrics = JsonDocument.Parse(line);
        JsonElement root = metrics.RootElement;
        return root.GetProperty("kind").GetString() == "heldOut" && root.GetProperty("model").GetString() == "student"
            ? (root.GetProperty("epoch").GetInt32(), 100 * root.GetProperty("agreement").GetDouble())
            : null;
    }
}
