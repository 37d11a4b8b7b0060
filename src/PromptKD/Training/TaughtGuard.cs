using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Training;

/// <summary>What the guard sees of a teacher that was taught, from its accuracies alone.</summary>
internal static class TaughtGuard
{
    /// <summary>Whether it became worse than the CLIP that it was made of.</summary>
    /// <param name="plain">Accuracies of the CLIP as it came; null where nothing was measured.</param>
    /// <param name="taught">Those of the taught one, on the same pictures.</param>
    /// <param name="epoch">The epoch behind which they were measured.</param>
    /// <returns>Null where it did not, or where chance may have done it.</returns>
    public static RunNotice? FindWorse(BaseNovelResult? plain, BaseNovelResult? taught, int epoch)
    {
        if (plain is null || taught is null)
        {
            return null;
        }

        double lost = (plain.All - taught.All) / 100;
        double error = Math.Sqrt(Math.Pow(StandardError(plain), 2) + Math.Pow(StandardError(taught), 2));
        return lost > Math.Max(Guard.LostShare, 2 * error)
            ? new RunNotice("taughtIsWorse", epoch, Words(plain, taught), Holds: true)
            : null;
    }

    private static string Words(BaseNovelResult plain, BaseNovelResult taught) => string.Create(
        CultureInfo.InvariantCulture,
        $"teaching did harm: the taught teacher names {taught.All:0.0} % of {taught.Pictures} labelled pictures right, "
        + $"the CLIP as it came {plain.All:0.0} %. Look at the labels, give more of them (DATASET.NUM_SHOTS) or more "
        + $"epochs, or a lower learning rate (OPTIM.LR).");

    // As if both had been asked about other pictures: of the same ones, their difference varies less.
    private static double StandardError(BaseNovelResult result)
    {
        double share = result.All / 100;
        return Math.Sqrt(share * (1 - share) / result.Pictures);
    }
}
