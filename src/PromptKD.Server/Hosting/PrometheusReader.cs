using OpenTelemetry.Metrics;

namespace PromptKD.Server.Hosting;

/// <summary>Collects what is measured whenever Prometheus asks.</summary>
internal sealed class PrometheusReader : IDisposable
{
    private readonly PrometheusText _text = new();
    private readonly Lock _one = new();

    /// <summary>A reader that nobody asks yet.</summary>
    public PrometheusReader() => Reader = new BaseExportingMetricReader(_text);

    /// <summary>What OpenTelemetry hands its metrics to.</summary>
    public MetricReader Reader { get; }

    /// <summary>All metrics, as they stand.</summary>
    public string Read()
    {
        lock (_one)
        {
            Reader.Collect();
            return _text.Text;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reader.Dispose();
        _text.Dispose();
    }
}
