using PromptKD.Drawing;

namespace PromptKD.Demo.Charts;

/// <summary>How a training stood after an epoch.</summary>
/// <param name="Epoch">Its place on the axis, counted from 1; 0 is before the training.</param>
/// <param name="Loss">Mean over the epoch; null before the training.</param>
/// <param name="AccuracyPercent">Measured after the epoch; null where it was not measured.</param>
public sealed record CurvePoint(int Epoch, double? Loss, double? AccuracyPercent);

/// <summary>An accuracy to compare a training with, drawn as a dashed line.</summary>
/// <param name="Name">Such as "teacher".</param>
/// <param name="AccuracyPercent">Where the line is.</param>
public sealed record ReferenceAccuracy(string Name, double AccuracyPercent);

/// <summary>Draws the loss and the accuracy of a training, epoch by epoch, side by side.</summary>
public static class TrainingCurve
{
    private const float Width = 960;
    private const float Height = 420;

    /// <summary>Draws the chart to a PNG file.</summary>
    /// <param name="path">The file; its folder is made if there is none.</param>
    /// <param name="title">The headline.</param>
    /// <param name="points">In the order of their epochs.</param>
    /// <param name="references">Accuracies to compare with.</param>
    /// <param name="axis">What is counted from left to right.</param>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public static void Write(
        string path,
        string title,
        IReadOnlyList<CurvePoint> points,
        IReadOnlyList<ReferenceAccuracy> references,
        string axis = "epoch")
    {
        (int Epoch, double Value)[] losses =
            [.. points.Where(one => one.Loss is not null).Select(one => (one.Epoch, one.Loss!.Value))];
        (int Epoch, double Value)[] accuracies =
        [
            .. points.Where(one => one.AccuracyPercent is not null)
                .Select(one => (one.Epoch, one.AccuracyPercent!.Value)),
        ];
        int lastEpoch = points.Select(one => one.Epoch).DefaultIfEmpty(1).Max();
        double largestLoss = losses.Select(one => one.Value).DefaultIfEmpty(1).Max();
        using var canvas = new ChartCanvas(Width, Height);
        canvas.Text(title, 28, 38, 20, ChartCanvas.Ink);
        var loss = new CurvePanel(canvas, Left: 70, Top: 100, Right: 440, Bottom: 350, lastEpoch, largestLoss);
        loss.DrawAxes("Loss", unit: "", axis);
        loss.DrawCurve(losses, ChartCanvas.Wrong);
        var accuracy = new CurvePanel(canvas, Left: 550, Top: 100, Right: 920, Bottom: 350, lastEpoch, Largest: 100);
        accuracy.DrawAxes("Accuracy: harmonic mean of base and novel", unit: " %", axis);
        foreach (ReferenceAccuracy reference in references)
        {
            accuracy.DrawReference(reference.Name, reference.AccuracyPercent);
        }

        accuracy.DrawCurve(accuracies, ChartCanvas.Accent);
        canvas.Save(path);
    }
}
