using System.Diagnostics;

namespace PromptKD.Speed;

/// <summary>Wall time of a few repetitions.</summary>
internal static class Timing
{
    /// <summary>Wall time of one call, seconds.</summary>
    public static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Median wall time of some calls, after one that does not count, seconds.</summary>
    public static double MedianSeconds(int repetitions, Action work)
    {
        work();
        return Median([.. Enumerable.Range(0, repetitions).Select(_ => Seconds(work))]);
    }

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    /// <param name="values">At least one.</param>
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
