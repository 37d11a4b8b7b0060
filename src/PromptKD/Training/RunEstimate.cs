using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>What a run is going to take, worked out from measured times.</summary>
/// <param name="Step">Time of a step.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="Measuring">Time of what is measured behind each epoch.</param>
/// <param name="Epochs">Epochs that are left.</param>
/// <param name="Memory">Bytes that are in use where the models compute; null where that is not known.</param>
/// <param name="FreeMemory">Bytes that are free there.</param>
public sealed record RunEstimate(
    TimeSpan Step, int StepsPerEpoch, TimeSpan Measuring, double Epochs, long? Memory, long? FreeMemory)
{
    private const double Gigabyte = 1e9;

    /// <summary>What <see cref="Epochs"/> are called: those of a start on stored features are passes.</summary>
    public string Unit { get; init; } = "epochs";

    /// <summary>What one of them is called.</summary>
    internal string UnitOfOne { get; init; } = "epoch";

    /// <summary>Time of an epoch, with what is measured behind it.</summary>
    public TimeSpan Epoch => (Step * StepsPerEpoch) + Measuring;

    /// <summary>Time of all epochs that are left.</summary>
    public TimeSpan Total => Epoch * Epochs;

    /// <summary>The estimate, in a line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"About {Words(Total)} to come: {Epochs:0.##} {(Epochs == 1 ? UnitOfOne : Unit)} of {ShortWords(Epoch)}, "
        + $"{Counted.Of(StepsPerEpoch, "step")} of {Step.TotalSeconds:0.000} s each")
        + (Measuring > TimeSpan.Zero ? $" and {Words(Measuring)} of measuring" : "")
        + (Memory is { } used
            ? string.Create(CultureInfo.InvariantCulture, $"; {used / Gigabyte:0.0} GB of memory in use")
                + (FreeMemory is { } free
                ? string.Create(CultureInfo.InvariantCulture, $", {free / Gigabyte:0.0} GB free")
                : "")
            : "");

    // Passes over stored features may take milliseconds.
    private static string ShortWords(TimeSpan time) =>
        time.TotalSeconds < 0.1
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s")
            : Words(time);

    /// <summary>A time in the units that matter: "3 h 20 min", "4 min 5 s", "12 s".</summary>
    public static string Words(TimeSpan time) => TimeText.Words(time);
}
