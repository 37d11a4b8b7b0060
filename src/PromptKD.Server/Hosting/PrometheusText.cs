using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace PromptKD.Server.Hosting;

/// <summary>
/// What was measured, as Prometheus reads it: text of version 0.0.4, names as OpenTelemetry's rules for Prometheus make
/// them (units and <c>_total</c> at the end). OpenTelemetry's own is a beta, on which no stable package may stand.
/// </summary>
internal sealed class PrometheusText : BaseExporter<Metric>
{
    /// <summary>What the answer says that it is.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Total = "_total";

    private static readonly Dictionary<string, string> s_units = new()
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["By"] = "bytes",
        ["%"] = "percent",
        ["1"] = "ratio",
    };

    /// <summary>Of the last collection.</summary>
    public string Text { get; private set; } = "";

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new StringBuilder();
        foreach (Metric metric in batch)
        {
            Write(text, metric);
        }

        Text = text.ToString();
        return ExportResult.Success;
    }

    /// <summary>The name of an instrument.</summary>
    /// <param name="name">As its meter calls it: <c>request.duration</c>.</param>
    /// <param name="unit">By UCUM; one in braces is a remark.</param>
    /// <param name="isCounter">Whether it only grows.</param>
    public static string NameOf(string name, string unit, bool isCounter)
    {
        string made = Plain(name);
        made = made.EndsWith(Total, StringComparison.Ordinal) ? made[..^Total.Length] : made;
        if (unit.Length > 0 && unit[0] != '{')
        {
            string suffix = "_" + Plain(s_units.GetValueOrDefault(unit, unit));
            made = made.EndsWith(suffix, StringComparison.Ordinal) ? made : made + suffix;
        }

        return isCounter ? made + Total : made;
    }

    private static void Write(StringBuilder text, Metric metric)
    {
        MetricType type = metric.MetricType;
        bool isCounter = type is MetricType.LongSum or MetricType.DoubleSum;
        string name = NameOf(metric.Name, metric.Unit, isCounter);
        string kind = isCounter ? "counter" : type == MetricType.Histogram ? "histogram" : "gauge";
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind}\n");
        if (metric.Description.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(metric.Description)}\n");
        }

        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            string labels = Labels(metric.MeterName, point.Tags);
            switch (type)
            {
                case MetricType.Histogram:
                    WriteHistogram(text, name, labels, point);
                    break;
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Line(text, name, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Line(text, name, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Line(text, name, labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Line(text, name, labels, point.GetGaugeLastValueDouble());
                    break;
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        long upTo = 0;
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            upTo += bucket.BucketCount;
            Line(text, name + "_bucket", $"{labels},le=\"{Number(bucket.ExplicitBound)}\"", upTo);
        }

        Line(text, name + "_sum", labels, point.GetHistogramSum());
        Line(text, name + "_count", labels, point.GetHistogramCount());
    }

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {Number(value)}\n");

    private static string Labels(string meter, ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder($"otel_scope_name=\"{Escape(meter)}\"");
        foreach ((string key, object? value) in tags)
        {
            string said = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            string quoted = said.Replace("\"", "\\\"", StringComparison.Ordinal);
            labels.Append(CultureInfo.InvariantCulture, $",{Plain(key)}=\"{quoted}\"");
        }

        return labels.ToString();
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    // Letters, digits and single underscores, the first of them no digit.
    private static string Plain(string name)
    {
        var made = new StringBuilder();
        foreach (char one in name)
        {
            char next = char.IsAsciiLetterOrDigit(one) ? one : '_';
            if (next != '_' || made.Length == 0 || made[^1] != '_')
            {
                made.Append(next);
            }
        }

        return made.Length > 0 && char.IsAsciiDigit(made[0]) ? "_" + made : made.ToString();
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
