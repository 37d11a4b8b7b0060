using System.Diagnostics.Metrics;

namespace PromptKD.Server.Operations;

/// <summary>What the server counts and measures, for whoever collects: the meter <c>PromptKD.Server</c>.</summary>
internal sealed class ServerMeters : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "PromptKD.Server";

    /// <summary>Bounds of the histograms of seconds.</summary>
    public static readonly double[] Seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Bounds of the histogram of batches.</summary>
    public static readonly double[] Sizes = [1, 2, 4, 8, 16, 32, 64, 128];

    private readonly Meter _meter;

    /// <param name="factory">Of the host.</param>
    public ServerMeters(IMeterFactory factory)
    {
        _meter = factory.Create(Name);
        Requests = _meter.CreateHistogram(
            "promptkd.request.duration", "s", "Requests, by route and status, from the first header to the last byte.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        Stages = _meter.CreateHistogram(
            "promptkd.stage.duration", "s", "What a picture spends in a stage: decode, queue, compute (of its batch).",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        Batches = _meter.CreateHistogram(
            "promptkd.batch.size", "{picture}", "Pictures that were computed at once.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Sizes });
        Predictions = _meter.CreateCounter<long>(
            "promptkd.predictions", "{picture}", "Pictures, by their most probable class.");
        Unsure = _meter.CreateCounter<long>(
            "promptkd.predictions.unsure", "{picture}", "Pictures whose most probable class is below the threshold.");
        Reloads = _meter.CreateCounter<long>(
            "promptkd.model.reloads", "{reload}", "Models that were replaced on disk, by outcome.");
    }

    /// <summary>Seconds of requests.</summary>
    public Histogram<double> Requests { get; }

    /// <summary>Seconds of stages.</summary>
    public Histogram<double> Stages { get; }

    /// <summary>Pictures of batches.</summary>
    public Histogram<double> Batches { get; }

    /// <summary>Pictures by class.</summary>
    public Counter<long> Predictions { get; }

    /// <summary>Pictures below the threshold.</summary>
    public Counter<long> Unsure { get; }

    /// <summary>Replaced models.</summary>
    public Counter<long> Reloads { get; }

    /// <summary>Watches how many pictures have places, and how many wait for a batch.</summary>
    public void Watch(Func<IEnumerable<Measurement<int>>> taken, Func<IEnumerable<Measurement<int>>> waiting)
    {
        _meter.CreateObservableGauge(
            "promptkd.queue.taken", taken, "{picture}", "Pictures that are decoded, waiting or computed now.");
        _meter.CreateObservableGauge(
            "promptkd.queue.waiting", waiting, "{picture}", "Pictures that wait for a batch now.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
