using System.Globalization;
using PromptKD.Drawing;
using SkiaSharp;

namespace PromptKD.Demo.Charts;

/// <summary>One pair of axes: epochs to the right, a value that starts at 0 upwards.</summary>
/// <param name="Canvas">What to draw on.</param>
/// <param name="Left">Where the values' axis is, pixels.</param>
/// <param name="Top">Where the largest value is, pixels.</param>
/// <param name="Right">Where the last epoch is, pixels.</param>
/// <param name="Bottom">Where the epochs' axis is, pixels.</param>
/// <param name="LastEpoch">The last epoch.</param>
/// <param name="Largest">The largest value.</param>
internal sealed record CurvePanel(
    ChartCanvas Canvas, float Left, float Top, float Right, float Bottom, int LastEpoch, double Largest)
{
    private const int Ticks = 5;
    private const float TextSize = 12;

    /// <summary>Draws the grid, the numbers beside it, the panel's name and that of what is counted.</summary>
    public void DrawAxes(string name, string unit, string axis)
    {
        Canvas.Text(name, Left, Top - 18, 14, ChartCanvas.Ink);
        foreach (double value in TicksUpTo(Largest, TickStep(Largest)))
        {
            float y = ToY(value);
            Canvas.Line(new SKPoint(Left, y), new SKPoint(Right, y), ChartCanvas.Grid);
            string number = value.ToString("0.######", CultureInfo.InvariantCulture) + unit;
            Canvas.Text(number, Left - 8, y + 4, TextSize, ChartCanvas.Muted, SKTextAlign.Right);
        }

        foreach (double epoch in TicksUpTo(LastEpoch, Math.Max(1, TickStep(LastEpoch))))
        {
            string number = epoch.ToString("0", CultureInfo.InvariantCulture);
            Canvas.Text(number, ToX(epoch), Bottom + 20, TextSize, ChartCanvas.Muted, SKTextAlign.Center);
        }

        Canvas.Text(axis, (Left + Right) / 2, Bottom + 42, TextSize, ChartCanvas.Muted, SKTextAlign.Center);
    }

    /// <summary>Draws a value at each epoch.</summary>
    public void DrawCurve(IEnumerable<(int Epoch, double Value)> values, SKColor color) =>
        Canvas.Curve([.. values.Select(one => new SKPoint(ToX(one.Epoch), ToY(one.Value)))], color);

    /// <summary>Draws a dashed line across, with its name and value above its right end.</summary>
    public void DrawReference(string name, double value)
    {
        float y = ToY(value);
        string label = string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.0} %");
        Canvas.Line(new SKPoint(Left, y), new SKPoint(Right, y), ChartCanvas.Muted, thickness: 1.5f, dashed: true);
        Canvas.Text(label, Right, y - 6, TextSize, ChartCanvas.Muted, SKTextAlign.Right);
    }

    private float ToX(double epoch) => Left + ((Right - Left) * (float)(epoch / Math.Max(1, LastEpoch)));

    private float ToY(double value) => Bottom - ((Bottom - Top) * (float)(value / Math.Max(Largest, double.Epsilon)));

    /// <summary>The smallest of 1, 2 and 5 times a power of ten that needs no more than five steps.</summary>
    private static double TickStep(double largest)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(largest, 1e-9) / Ticks)));
        return new[] { 1.0, 2, 5, 10 }.Select(factor => factor * power).First(step => largest / step <= Ticks + 1e-9);
    }

    private static IEnumerable<double> TicksUpTo(double largest, double step) =>
        Enumerable.Range(0, (int)Math.Floor((largest / step) + 1e-9) + 1).Select(i => i * step);
}
