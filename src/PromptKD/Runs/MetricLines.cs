using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>The lines of <c>metrics.jsonl</c>: one an epoch and one a validation.</summary>
internal static class MetricLines
{
    /// <param name="history">The epochs so far.</param>
    /// <param name="teacher">Accuracies of the teacher, measured before the first epoch; null without validation.</param>
    /// <param name="start">What a start before the first epoch came to; null where there was none.</param>
    public static IEnumerable<object> Of(
        IReadOnlyList<EpochRecord> history, TeacherResults? teacher, EpochRecord? start = null)
    {
        foreach ((int index, BaseNovelResult? result) in (teacher?.Each ?? []).Index())
        {
            if (result is not null)
            {
                yield return Validation($"teacher {index + 1}", null, result);
            }
        }

        if (teacher?.Combined is { } combined)
        {
            yield return Validation("teacher", null, combined);
        }

        foreach (EpochRecord epoch in history.Prepend(start).OfType<EpochRecord>())
        {
            yield return new
            {
                Kind = epoch == start ? "start" : "epoch",
                epoch.Epoch,
                epoch.Loss,
                epoch.Agreement,
                epoch.LearningRate,
                epoch.Pictures,
            };
            if (epoch.Validation is not null)
            {
                yield return Validation("student", epoch == start ? 0 : epoch.Epoch, epoch.Validation);
            }
        }
    }

    private static object Validation(string model, int? epoch, BaseNovelResult result) => new
    {
        Kind = "validation",
        Model = model,
        Epoch = epoch,
        Accuracy = result.All,
        result.Base,
        result.Novel,
        result.HarmonicMean,
        result.MacroF1,
        result.Pictures,
    };
}
