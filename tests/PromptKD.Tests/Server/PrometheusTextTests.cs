using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using PromptKD.Server.Hosting;

namespace PromptKD.Tests.Server;

/// <summary>Against what Prometheus' description of its text and OpenTelemetry's rules of names say.</summary>
public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("request.duration", "s", false, "request_duration_seconds")]
    [InlineData("memory.used", "By", false, "memory_used_bytes")]
    [InlineData("batch.size", "{picture}", false, "batch_size")]
    [InlineData("reloads", "{reload}", true, "reloads_total")]
    [InlineData("cpu.time_seconds", "s", true, "cpu_time_seconds_total")]
    [InlineData("things_total", "", true, "things_total")]
    [InlineData("filled", "1", false, "filled_ratio")]
    [InlineData("9 lives--of a cat", "", false, "_9_lives_of_a_cat")]
    public void Names_have_units_and_what_counts_ends_with_total(
        string name, string unit, bool isCounter, string expected) =>
        Assert.Equal(expected, PrometheusText.NameOf(name, unit, isCounter));

    [Fact]
    public void Counters_gauges_and_histograms_are_lines_with_labels()
    {
        string name = $"of-{Guid.NewGuid():N}";
        using var meter = new Meter(name);
        using var reader = new PrometheusReader();
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddMeter(name).AddReader(reader.Reader).Build();
        Counter<long> answers = meter.CreateCounter<long>("answers", "{picture}", "Said \\ so\nfar.");
        Histogram<double> times = meter.CreateHistogram(
            "took", "s", "", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });
        meter.CreateObservableGauge("waiting", () => 2.5);
        answers.Add(3, new KeyValuePair<string, object?>("class.name", "a \"red\" star"));
        answers.Add(4, new KeyValuePair<string, object?>("class.name", "a \"red\" star"));
        times.Record(0.25);
        times.Record(1);
        times.Record(9);

        string[] lines = reader.Read().Split('\n');
        string again = reader.Read();

        Assert.Equal(
            [
                "# TYPE answers_total counter",
                "# HELP answers_total Said \\\\ so\\nfar.",
                $"answers_total{{otel_scope_name=\"{name}\",class_name=\"a \\\"red\\\" star\"}} 7",
                "# TYPE took_seconds histogram",
                $"took_seconds_bucket{{otel_scope_name=\"{name}\",le=\"0.5\"}} 1",
                $"took_seconds_bucket{{otel_scope_name=\"{name}\",le=\"2\"}} 2",
                $"took_seconds_bucket{{otel_scope_name=\"{name}\",le=\"+Inf\"}} 3",
                $"took_seconds_sum{{otel_scope_name=\"{name}\"}} 10.25",
                $"took_seconds_count{{otel_scope_name=\"{name}\"}} 3",
                "# TYPE waiting gauge",
                $"waiting{{otel_scope_name=\"{name}\"}} 2.5",
                "",
            ],
            lines);
        Assert.Equal(lines, again.Split('\n'));
    }
}
