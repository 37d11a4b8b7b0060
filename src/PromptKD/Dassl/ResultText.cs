using PromptKD.Evaluation;

namespace PromptKD.Dassl;

/// <summary>What an evaluation came to, in the lines that Dassl's programs print.</summary>
internal static class ResultText
{
    /// <summary>The line before an evaluation.</summary>
    /// <param name="split">"val" or "test".</param>
    public static string Heading(string split) => $"Evaluate on the *{split}* set";

    /// <param name="metrics">What was counted.</param>
    /// <param name="classNames">Names of the judged classes, for the accuracy of each; null to leave that out.</param>
    public static IEnumerable<string> Lines(ClassificationMetrics metrics, IReadOnlyList<string>? classNames = null)
    {
        yield return "=> result";
        yield return Invariant($"* total: {metrics.Total:N0}");
        yield return Invariant($"* correct: {metrics.Correct:N0}");
        yield return $"* accuracy: {Percent(metrics.Accuracy)}";
        yield return $"* error: {Percent(metrics.ErrorRate)}";
        yield return $"* macro_f1: {Percent(metrics.MacroF1)}";
        if (classNames is null)
        {
            yield break;
        }

        yield return "=> per-class result";
        foreach ((int label, int total, int correct) in metrics.ByClass())
        {
            yield return Invariant(
                $"* class: {label} ({classNames[label]})\ttotal: {total:N0}\tcorrect: {correct:N0}\t")
                + $"acc: {Percent(100.0 * correct / total)}";
        }

        yield return $"* average: {Percent(metrics.MeanPerClassAccuracy)}";
    }

    private static string Percent(double value) => PythonNumber.Fixed(value, 1) + "%";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
