using System.Globalization;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// <c>curves.csv</c>: the metrics of a distillation as a table, for whoever draws them. A row each for the teacher, the
/// student as it came, each pass of a start, what stands behind it, and each epoch; a cell is empty where nothing was
/// measured.
/// </summary>
internal static class CurveTable
{
    private const string Head =
        "row,epoch,learning_rate,loss,agreement,pictures,held_out_agreement,held_out_majority,held_out_divergence,"
        + "held_out_classes,held_out_spread,validation,base,novel,harmonic_mean";

    /// <param name="history">The epochs so far.</param>
    /// <param name="baselines">What was measured before the first epoch.</param>
    /// <param name="start">What a start before the first epoch came to; null where there was none.</param>
    /// <param name="passes">What each of its passes came to; null where they are not known.</param>
    /// <returns>Lines, the first of which names the columns.</returns>
    public static IEnumerable<string> Of(
        IReadOnlyList<EpochRecord> history,
        Baselines baselines,
        EpochRecord? start,
        IReadOnlyList<EpochRecord>? passes = null)
    {
        yield return Head;
        if (baselines.HeldOutTeacher is not null || baselines.Teacher is not null)
        {
            HeldOutTeacher? teacher = baselines.HeldOutTeacher;
            yield return Row(
                "teacher", null, null, [null, teacher?.MajorityShare, null, teacher?.ClassesUsed, null],
                baselines.Teacher?.Combined);
        }

        if (baselines.HeldOutUntrained is not null || baselines.Untrained is not null)
        {
            yield return Row("untrained", null, null, Of(baselines.HeldOutUntrained), baselines.Untrained);
        }

        if (start is not null)
        {
            foreach (EpochRecord pass in passes ?? [])
            {
                yield return Row("pass", pass.Epoch, pass, Of(null), null);
            }

            yield return Row("start", 0, start, Of(start.HeldOut), start.Validation);
        }

        foreach (EpochRecord epoch in history)
        {
            yield return Row("epoch", epoch.Epoch, epoch, Of(epoch.HeldOut), epoch.Validation);
        }
    }

    private static double?[] Of(HeldOutResult? result) =>
        [result?.Agreement, result?.MajorityShare, result?.Divergence, result?.ClassesUsed, result?.FeatureSpread];

    private static string Row(
        string name, int? epoch, EpochRecord? learned, double?[] heldOut, BaseNovelResult? validation) => string.Join(
        ',',
        new[]
        {
            name,
            epoch?.ToString(CultureInfo.InvariantCulture) ?? "",
            Cell(learned?.LearningRate),
            Cell(learned?.Loss),
            Cell(learned?.Agreement),
            learned?.Pictures.ToString(CultureInfo.InvariantCulture) ?? "",
        }
        .Concat(heldOut.Select(Cell))
        .Concat(new[] { validation?.All, validation?.Base, validation?.Novel, validation?.HarmonicMean }.Select(Cell)));

    private static string Cell(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
