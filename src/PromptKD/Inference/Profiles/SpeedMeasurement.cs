using System.Diagnostics;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Inference.Profiles;

/// <summary>Measures how long a model takes to classify pictures that are in memory.</summary>
internal static class SpeedMeasurement
{
    private const int FewestRuns = 3;
    private const int MostRuns = 100;

    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(2);

    /// <param name="classifier">The model.</param>
    /// <param name="size">Height and width of a picture, pixels.</param>
    /// <param name="batch">Pictures at a time.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="stop">Stops between runs.</param>
    /// <exception cref="PromptKDException">There is not enough memory.</exception>
    public static MeasuredSpeed Of(
        IClassifier classifier, int size, int batch, Device device, CancellationToken stop) => OutOfMemory.Explain(
            () =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor images = randn(batch, 3, size, size, device: device);
                Classify(classifier, images);
                List<double> times = [];
                var all = Stopwatch.StartNew();
                while (times.Count < FewestRuns || (all.Elapsed < s_enough && times.Count < MostRuns))
                {
                    stop.ThrowIfCancellationRequested();
                    var one = Stopwatch.StartNew();
                    Classify(classifier, images);
                    times.Add(one.Elapsed.TotalMilliseconds);
                }

                return Of(batch, times, DeviceMemory.ReadPeak(device));
            },
            $"Leave {batch} out of ‹batch›.");

    /// <summary>What some runs come to.</summary>
    /// <param name="batch">Pictures in each.</param>
    /// <param name="times">Of each, ms.</param>
    /// <param name="peakMemory">Bytes.</param>
    internal static MeasuredSpeed Of(int batch, IReadOnlyList<double> times, long? peakMemory)
    {
        double[] sorted = [.. times.Order()];
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return new MeasuredSpeed(
            batch, sorted.Length, 1000 * batch / median, median, sorted[0], sorted[^1], peakMemory);
    }

    // Scores on the processor are there when the device has done all that makes them.
    private static void Classify(IClassifier classifier, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        classifier.Classify(images).cpu();
    }
}
