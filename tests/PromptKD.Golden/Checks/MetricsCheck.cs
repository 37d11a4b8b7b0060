using System.Globalization;
using System.Text.Json;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;

namespace PromptKD.Golden.Checks;

/// <summary>
/// The evaluator's counts, the harmonic mean, and what is drawn at random from a data set (golden 10).
/// </summary>
internal sealed class MetricsCheck : IGoldenCheck
{
    public string Kind => "metrics";

    public IReadOnlyList<string> NotCovered =>
        ["uniform_choices, which nothing draws", "subsample_classes without its lists"];

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        double tolerance = golden.Json.GetProperty("tolerance").GetProperty("metrics").GetDouble();
        JsonElement expected = golden.ReadJsonFile("expected.json");
        return List(expected, "evaluator").SelectMany(one => CompareEvaluation(inputs, one, tolerance))
            .Concat(List(expected, "harmonic_mean").Select(one => CompareHarmonicMean(one, tolerance)))
            .Concat(List(expected, "subsample_classes").SelectMany(SamplingComparisons.Subsets))
            .Concat(List(expected, "dataset_base").SelectMany(SamplingComparisons.Classes))
            .Concat(List(expected, "python_random").SelectMany(SamplingComparisons.RandomNumbers))
            .Concat(List(expected, "fewshot").SelectMany(SamplingComparisons.FewShotSets))
            .Concat(List(expected, "split_trainval").SelectMany(SamplingComparisons.HeldOut))
            .Concat(LogComparison.Of(expected));
    }

    /// <summary>The elements of a section: those of its list, or the one that it is.</summary>
    private static JsonElement[] List(JsonElement expected, string section) =>
        !expected.TryGetProperty(section, out JsonElement list) ? []
        : list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()]
        : [list];

    private static IEnumerable<Comparison> CompareEvaluation(
        Dictionary<string, Tensor> inputs, JsonElement expected, double tolerance)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"eval{expected.GetProperty("id").GetInt32()}");
        ClassificationMetrics metrics = Judge(inputs[$"{name}.logits"], inputs[$"{name}.labels"]);
        yield return Comparison.Same($"{name}.n", metrics.Total, expected.GetProperty("n").GetInt32());
        foreach (JsonProperty rate in expected.GetProperty("results").EnumerateObject())
        {
            double? actual = rate.Name switch
            {
                "accuracy" => metrics.Accuracy,
                "error_rate" => metrics.ErrorRate,
                "macro_f1" => metrics.MacroF1,
                "perclass_accuracy" => metrics.MeanPerClassAccuracy,
                _ => null,
            };
            yield return actual is { } value
                ? Comparison.Of($"{name}.{rate.Name}", value, rate.Value.GetDouble(), tolerance)
                : Comparison.Same($"{name}.{rate.Name}", "not computed", "computed");
        }

        if (expected.TryGetProperty("confusion_matrix", out JsonElement matrix))
        {
            double[][] rows =
                [.. matrix.EnumerateArray().Select(row => row.EnumerateArray().Select(c => c.GetDouble()).ToArray())];
            Tensor counts = tensor(metrics.ConfusionMatrix().Counts).to(ScalarType.Float64);
            yield return Comparison.Of(
                $"{name}.confusion_matrix",
                counts / counts.sum(1, keepdim: true).clamp_min(1),
                stack(rows.Select(row => tensor(row))),
                tolerance);
        }
    }

    private static ClassificationMetrics Judge(Tensor logits, Tensor labels)
    {
        // The evaluator wants a classifier: here the "pictures" are the logits themselves.
        var batch = new Batch(
            logits.clone(), labels.to(ScalarType.Int64), [.. Enumerable.Range(0, (int)logits.shape[0])]);
        return BatchEvaluation.Run(scores => scores.clone(), [batch]).Metrics(ClassRange.All((int)logits.shape[1]))!;
    }

    private static Comparison CompareHarmonicMean(JsonElement expected, double tolerance)
    {
        double known = expected.GetProperty("base").GetDouble(), unseen = expected.GetProperty("new").GetDouble();
        return Comparison.Of(
            string.Create(CultureInfo.InvariantCulture, $"H of {known} and {unseen}"),
            ClassificationMetrics.HarmonicMean(known, unseen),
            expected.GetProperty("H").GetDouble(),
            tolerance);
    }
}
