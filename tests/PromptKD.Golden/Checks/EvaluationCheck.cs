using System.Text.Json;
using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Methods;

namespace PromptKD.Golden.Checks;

/// <summary>Evaluation of a trained student (golden 05): logits, accuracies, F1, confusion matrices.</summary>
internal sealed class EvaluationCheck : IGoldenCheck
{
    // The reference's evaluator counts in float64; only the last bits may differ.
    private const double PercentTolerance = 1e-9;

    public string Kind => "promptkd-eval";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        (PromptKDMethod method, _) = GoldenStudent.Build(golden, inputs, "student.");
        method.SetTraining(false);
        foreach (JsonProperty split in golden.Json.GetProperty("results").EnumerateObject())
        {
            ClassRange classes = ClassesOf(golden, split.Name);
            (Evaluator evaluator, ClassificationMetrics metrics) = Evaluate(method, inputs, split.Name, classes);
            yield return Comparison.Of(
                golden, $"{split.Name}.logits", LogitsOf(evaluator, classes), expected[$"{split.Name}.logits"]);
            yield return Compare("accuracy", metrics.Accuracy, split);
            yield return Compare("error_rate", metrics.ErrorRate, split);
            yield return Compare("macro_f1", metrics.MacroF1, split);
            yield return Compare("perclass_accuracy", metrics.MeanPerClassAccuracy, split);
            foreach (Comparison line in CompareText(golden, split.Name, metrics))
            {
                yield return line;
            }

            string confusion = $"{split.Name}.confusion_matrix_normalized_true";
            if (expected.TryGetValue(confusion, out Tensor? matrix))
            {
                yield return Comparison.Of(confusion, Normalised(metrics.ConfusionMatrix().Counts), matrix, 1e-12);
            }
        }
    }

    // The reference takes the names of new classes from the beginning of the list. The path of the matrix is its own.
    private static IEnumerable<Comparison> CompareText(GoldenCase golden, string split, ClassificationMetrics metrics)
    {
        if (!golden.Json.TryGetProperty("stdout", out JsonElement all)
            || !all.TryGetProperty(split, out JsonElement text))
        {
            yield break;
        }

        string[] expected =
        [
            .. text.GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("Confusion matrix", StringComparison.Ordinal)),
        ];
        bool perClass = expected.Contains("=> per-class result");
        string[] actual =
            [ResultText.Heading(split), .. ResultText.Lines(metrics, perClass ? golden.ReadNames("classes") : null)];
        yield return Comparison.Same($"{split}: printed", string.Join('\n', actual), string.Join('\n', expected));
    }

    private static Comparison Compare(string name, double actual, JsonProperty split) =>
        Comparison.Of($"{split.Name}.{name}", actual, split.Value.GetProperty(name).GetDouble(), PercentTolerance);

    // base2novel scores "val" among the base classes and "test" among the others; cross scores both among all.
    private static ClassRange ClassesOf(GoldenCase golden, string split)
    {
        int classes = golden.Json.GetProperty("classes").GetArrayLength();
        if (golden.Json.GetProperty("modal").GetString() != "base2novel")
        {
            return ClassRange.All(classes);
        }

        int baseClasses = golden.Json.GetProperty("n_base").GetInt32();
        return split == "val" ? ClassRange.Base(baseClasses) : ClassRange.Novel(classes, baseClasses);
    }

    private static (Evaluator Evaluator, ClassificationMetrics Metrics) Evaluate(
        PromptKDMethod method, Dictionary<string, Tensor> inputs, string split, ClassRange classes)
    {
        Tensor images = inputs[$"{split}.images"];
        Tensor labels = inputs[$"{split}.labels"].to(ScalarType.Int64) + classes.Start;
        var batch = new Batch(images, labels, [.. Enumerable.Range(0, (int)images.shape[0])]);
        Evaluator evaluator = BatchEvaluation.Run(method.Classify, [batch]);
        return (evaluator, evaluator.Metrics(classes)!);
    }

    private static Tensor LogitsOf(Evaluator evaluator, ClassRange classes) => stack(
        evaluator.Scores.Select(scores => tensor(scores.AsSpan(classes.Start, classes.Count).ToArray())));

    // Each row over its sum; a class that never occurs among the labels keeps zeros.
    private static Tensor Normalised(int[,] counts)
    {
        Tensor matrix = tensor(counts).to(ScalarType.Float64);
        return matrix / matrix.sum(1, keepdim: true).clamp_min(1);
    }
}
