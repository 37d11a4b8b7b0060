using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Methods;

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

    /// <param name="folder">Any folder above the runs' output folders; links are followed, each folder is read once.</param>
    /// <param name="problem">Told of each run that cannot be read, in a line.</param>
    /// <param name="stop">Stops between folders.</param>
    /// <returns>One outcome a run, the halves of base-to-novel joined.</returns>
    /// <exception cref="PromptKDException">The folder is missing, holds no run, or far more than runs.</exception>
    public static IReadOnlyList<RunOutcome> Read(
        string folder, Action<string>? problem = null, CancellationToken stop = default)
    {
        if (!Directory.Exists(folder))
        {
            throw new PromptKDException($"No folder '{folder}'.");
        }

        var faults = new List<string>();
        var outcomes = new List<RunOutcome>();
        foreach (string one in FolderTree.Below(folder, stop))
        {
            stop.ThrowIfCancellationRequested();
            if (ReadFolder(one, faults.Add) is { } outcome)
            {
                outcomes.Add(outcome);
            }
        }

        faults.ForEach(fault => problem?.Invoke(fault));
        return outcomes.Count > 0
            ? Join(outcomes)
            : throw new PromptKDException(
                $"No finished run below '{folder}': neither a result.json nor a log.txt with a result."
                + (faults.Count > 0 ? $" {faults[0]}" : ""));
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
            Backbone = result.Backbone is { Length: > 0 } backbone ? backbone : PaperNumbers.UsualBackbone,
            Shots = result.Selection == ModelSelection.Given ? null : Math.Max(0, result.Shots),
            Configuration = result.Configuration ?? "",
            Variant = result.Variant ?? "",
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
            : OfClasses(outcome, result.Protocol, result.Accuracy, result.Selection != ModelSelection.Given);
    }

    private static RunOutcome? ReadFolder(string folder, Action<string> problem)
    {
        try
        {
            if (ReadOwn(folder) is { } own)
            {
                return own;
            }

            // A program that finds a log writes beside it, with the time in the name: the last one counts.
            string? path = Directory.EnumerateFiles(folder, "log.txt*").Order(StringComparer.Ordinal).LastOrDefault();
            return path is null ? null : FromLog(DasslRunLog.Read(path), folder);
        }
        catch (PromptKDException fault)
        {
            // One bad run must not cost the report.
            problem(fault.Message);
            return null;
        }
        catch (UnauthorizedAccessException fault)
        {
            problem($"Cannot read '{folder}': {fault.Message}");
            return null;
        }
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
            Backbone = log.Backbone is { Length: > 0 } backbone ? backbone : PaperNumbers.UsualBackbone,
            Shots = log.IsTrained && log.Shots is { } shots ? Math.Max(0, shots) : null,
            Configuration = log.Configuration ?? "",
            Variant = log.Variant,
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

        return OfClasses(outcome, log.SubsampleClasses, log.Final, log.IsTrained);
    }

    /// <param name="outcome">A run of a method that is trained and tested on some classes at a time.</param>
    /// <param name="classes">base, new, or all of them.</param>
    /// <param name="accuracy">Among these.</param>
    /// <param name="trained">Whether it was trained there, as opposed to tested.</param>
    private static RunOutcome OfClasses(RunOutcome outcome, string classes, double? accuracy, bool trained) => classes switch
    {
        "base" => outcome with { Base = accuracy },
        "new" => outcome with { Novel = accuracy, Selection = "" },
        _ => outcome with
        {
            Protocol = s_variants.Contains(outcome.Dataset) ? Protocol.DomainGeneralisation
                : trained && LearnsFromLabels(outcome.Trainer) ? Protocol.FewShot
                : Protocol.CrossDataset,
            Accuracy = accuracy,
        },
    };

    private static bool LearnsFromLabels(string trainer) =>
        MethodCatalog.All.FirstOrDefault(row => row.Name == trainer)?.LearnsFrom == Supervision.Labels;

    // The other methods train on the base classes in one folder and are tested on the new ones in another, which says
    // nothing of the pictures that they learned from.
    private static List<RunOutcome> Join(IEnumerable<RunOutcome> outcomes)
    {
        var joined = outcomes.ToList();
        foreach (RunOutcome unseen in joined.Where(run => run is { Base: null, Novel: not null }).ToArray())
        {
            RunOutcome[] known = [.. joined.Where(run => run is { Base: not null, Novel: null } && AreHalves(run, unseen))];
            foreach (RunOutcome one in known.Where(run => known.Length == 1 || run.Shots == unseen.Shots))
            {
                joined[joined.IndexOf(one)] = Both(one, unseen);
                joined.Remove(unseen);
            }
        }

        return joined;
    }

    private static bool AreHalves(RunOutcome known, RunOutcome unseen) =>
        (known.Protocol, known.Trainer, known.Dataset, known.Seed, known.Backbone, known.Configuration)
        == (unseen.Protocol, unseen.Trainer, unseen.Dataset, unseen.Seed, unseen.Backbone, unseen.Configuration);

    private static RunOutcome Both(RunOutcome known, RunOutcome unseen) =>
        known with { Novel = unseen.Novel, Folders = [.. known.Folders, .. unseen.Folders] };
}
