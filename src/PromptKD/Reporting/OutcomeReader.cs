using PromptKD.Dassl;
using PromptKD.Evaluation;

namespace PromptKD.Reporting;

/// <summary>
/// Finds the runs below a folder: ours by their <c>result.json</c>, those of Dassl's programs by their
/// <c>log.txt</c>.
/// </summary>
internal static class OutcomeReader
{
    private const string LastEpoch = "last epoch";
    private const string BestOnTest = "best on the base classes' test images";

    private static readonly string[] s_variants = ["ImageNetV2", "ImageNetSketch", "ImageNetA", "ImageNetR"];

    /// <param name="folder">Any folder above the runs' output folders.</param>
    /// <returns>One outcome a method, data set and seed.</returns>
    /// <exception cref="PromptKDException">The folder is missing, or holds no run.</exception>
    public static IReadOnlyList<RunOutcome> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PromptKDException($"No folder '{folder}'.");
        }

        // Folders that may not be read are passed over, and links are not followed: they may lead in a circle.
        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        string[] folders = [.. Directory.EnumerateDirectories(folder, "*", all).Prepend(folder)];
        RunOutcome[] outcomes =
            [.. folders.Order(StringComparer.Ordinal).Select(ReadFolder).OfType<RunOutcome>()];
        return outcomes.Length > 0
            ? Join(outcomes)
            : throw new PromptKDException(
                $"No finished run below '{folder}': neither a result.json nor a log.txt with a result.");
    }

    /// <summary>The outcomes of our own runs in some folders, as far as they are finished.</summary>
    /// <exception cref="PromptKDException">A file is damaged.</exception>
    public static IReadOnlyList<RunOutcome> ReadOwn(IEnumerable<string> folders) =>
        Join(folders.Select(ReadOwn).OfType<RunOutcome>());

    private static RunOutcome? ReadOwn(string folder) =>
        TrainingResult.ReadIfAny(folder) is { } result ? FromResult(result, folder) : null;

    private static RunOutcome FromResult(TrainingResult result, string folder)
    {
        var outcome = new RunOutcome
        {
            Protocol = Protocol.BaseToNovel,
            Trainer = result.Trainer,
            Dataset = result.Dataset,
            Seed = result.Seed,
            Selection = result.Selection switch
            {
                ModelSelection.LastEpoch => LastEpoch,
                ModelSelection.BestOnValidation => "best on validation images",
                ModelSelection.BestOnTest => BestOnTest,
                _ => "",
            },
            Folders = [folder],
        };
        return result.Protocol == "base2novel"
            ? outcome with { Base = result.Base, Novel = result.Novel }
            : OfClasses(outcome, result.Protocol, result.Accuracy);
    }

    private static RunOutcome? ReadFolder(string folder)
    {
        if (ReadOwn(folder) is { } own)
        {
            return own;
        }

        // A program that finds a log writes beside it, with the time in the name: the last one counts.
        string? path = Directory.EnumerateFiles(folder, "log.txt*").Order(StringComparer.Ordinal).LastOrDefault();
        return path is null ? null : FromLog(DasslRunLog.Read(path), folder);
    }

    private static RunOutcome? FromLog(DasslRunLog log, string folder)
    {
        if (log.Dataset is null || log.Trainer is null || log.Final is null)
        {
            return null;
        }

        var outcome = new RunOutcome
        {
            Protocol = Protocol.BaseToNovel,
            Trainer = log.Trainer,
            Dataset = log.Dataset,
            Seed = log.Seed,
            Selection = log.FinalModel == "best_val" ? "best on what the log calls val" : LastEpoch,
            Folders = [folder],
        };
        if (log.Trainer == "PromptKD" && log.Modal == "base2novel")
        {
            // Its program prints the base classes' accuracy as val, between epochs only.
            double? known = (log.DuringTraining.Count > 0 && log.Select == "reference", log.FinalModel) switch
            {
                (false, _) => null,
                (true, "best_val") => log.DuringTraining.Max(),
                _ => log.DuringTraining[^1],
            };
            return outcome with
            {
                Base = known,
                Novel = log.Final,
                Selection = log.FinalModel == "best_val" ? BestOnTest : LastEpoch,
            };
        }

        return OfClasses(outcome, log.SubsampleClasses, log.Final);
    }

    /// <param name="outcome">A run of a method that is trained and tested on some classes at a time.</param>
    /// <param name="classes">base, new, or all of them.</param>
    /// <param name="accuracy">Among these.</param>
    private static RunOutcome OfClasses(RunOutcome outcome, string classes, double? accuracy) => classes switch
    {
        "base" => outcome with { Base = accuracy },
        "new" => outcome with { Novel = accuracy, Selection = "" },
        _ => outcome with
        {
            Protocol = s_variants.Contains(outcome.Dataset) ? Protocol.DomainGeneralisation : Protocol.CrossDataset,
            Accuracy = accuracy,
        },
    };

    // The other methods train on the base classes in one folder and are tested on the new ones in another.
    private static IReadOnlyList<RunOutcome> Join(IEnumerable<RunOutcome> outcomes) =>
    [
        .. outcomes
            .GroupBy(outcome => (outcome.Protocol, outcome.Trainer, outcome.Dataset, outcome.Seed))
            .SelectMany(group => JoinHalves([.. group])),
    ];

    private static IEnumerable<RunOutcome> JoinHalves(IReadOnlyList<RunOutcome> runs) => runs switch
    {
        [{ Base: not null, Novel: null } first, { Base: null, Novel: not null } second] => [Both(first, second)],
        [{ Base: null, Novel: not null } first, { Base: not null, Novel: null } second] => [Both(second, first)],
        _ => runs,
    };

    private static RunOutcome Both(RunOutcome known, RunOutcome unseen) =>
        known with { Novel = unseen.Novel, Folders = [.. known.Folders, .. unseen.Folders] };
}
