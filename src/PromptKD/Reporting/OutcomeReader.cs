using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>
/// Finds the runs below a folder: ours by their <c>result.json</c>, those of Dassl's programs by their
/// <c>log.txt</c>.
/// </summary>
internal static class OutcomeReader
{
    private const string LastEpoch = "last epoch";
    private const string BestOnTest = "best on the base classes' test images";

    private const string BestOnWholeTest = "best on test images";

    private const string SourceOfTransfer = "ImageNet";

    private static readonly string[] s_variants = ["ImageNetV2", "ImageNetSketch", "ImageNetA", "ImageNetR"];

    /// <param name="folder">Any folder above the runs' output folders; links are followed, each folder is read
    /// once.</param>
    /// <param name="problem">Told of each run that cannot be read, in a line.</param>
    /// <param name="stop">Stops between folders, and between the lines of a log.</param>
    /// <returns>One outcome a run, the halves of base-to-novel joined.</returns>
    /// <exception cref="PromptKDException">The folder is missing, holds no run, or far more than runs.</exception>
    public static IReadOnlyList<RunOutcome> Read(
        string folder, Action<string>? problem = null, CancellationToken stop = default)
    {
        if (!Directory.Exists(folder))
        {
            throw new PromptKDException($"No folder '{folder}'.") { Code = PromptKDError.MissingFile };
        }

        var faults = new List<string>();
        var outcomes = new List<RunOutcome>();
        foreach (string one in FolderTree.Below(folder, stop))
        {
            stop.ThrowIfCancellationRequested();
            if (ReadFolder(one, faults.Add, stop) is { } outcome)
            {
                outcomes.Add(outcome);
            }
        }

        faults.ForEach(fault => problem?.Invoke(fault));
        return outcomes.Count > 0
            ? OutcomeHalves.Join(outcomes)
            : throw new PromptKDException(
                $"No finished run below '{folder}': neither a result.json nor a log.txt with a result."
                + (faults.Count > 0 ? $" {faults[0]}" : "")
                + (faults.Count > 1 ? $" And {Counted.Of(faults.Count - 1, "other")} that cannot be read." : ""));
    }

    /// <summary>The outcomes of our own runs in some folders, as far as they are finished.</summary>
    /// <exception cref="PromptKDException">A file is damaged.</exception>
    public static IReadOnlyList<RunOutcome> ReadOwn(IEnumerable<string> folders) =>
        OutcomeHalves.Join(folders.Select(ReadOwn).OfType<RunOutcome>());

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
            SaidShots = result.LearnedOn is null || result.LearnedOn == result.Dataset
                ? Math.Max(0, result.Shots)
                : null,
            Configuration = result.Configuration ?? "",
            Variant = result.Variant ?? RunOutcome.UnknownVariant,
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
            : OfClasses(
                outcome,
                result.Protocol,
                result.Accuracy,
                learnedHere: result.Selection != ModelSelection.Given || IsSame(result.LearnedOn, result.Dataset));
    }

    private static RunOutcome? ReadFolder(string folder, Action<string> problem, CancellationToken stop)
    {
        // One bad run must not cost the report; and beside a result that cannot be read, its log may say the same.
        var faults = new List<string>();
        RunOutcome? own = Try(() => ReadOwn(folder));
        RunOutcome? outcome = own ?? Try(() => ReadLog(folder, stop));
        string instead = outcome is null ? "" : " The log beside it is read instead.";
        faults.ForEach(fault => problem(fault + instead));
        return outcome;

        RunOutcome? Try(Func<RunOutcome?> read)
        {
            try
            {
                return read();
            }
            catch (PromptKDException fault)
            {
                faults.Add(fault.InWords);
            }
            catch (UnauthorizedAccessException fault)
            {
                faults.Add($"Cannot read '{folder}': {fault.Message}");
            }

            return null;
        }
    }

    // A program that finds a log writes beside it, with the time in the name: the last one counts.
    private static RunOutcome? ReadLog(string folder, CancellationToken stop) =>
        Directory.EnumerateFiles(folder, "log.txt*").Order(StringComparer.Ordinal).LastOrDefault() is { } path
            ? FromLog(DasslRunLog.Read(path, stop), folder)
            : null;

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
            SaidShots = log.Shots is { } said ? Math.Max(0, said) : null,
            Configuration = log.Configuration ?? "",
            Variant = log.Variant,
            Selection = !log.IsTrained ? ""
                : log.FinalModel == "best_val" ? "best on what the log calls val"
                : LastEpoch,
            IsRounded = true,
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

        return OfClasses(
            outcome, log.SubsampleClasses, log.Final, learnedHere: log.IsTrained || IsSame(log.LearnedOn, log.Dataset));
    }

    /// <param name="outcome">A run of a method that is trained and tested on some classes at a time.</param>
    /// <param name="classes">base, new, or all of them.</param>
    /// <param name="accuracy">Among these.</param>
    /// <param name="learnedHere">Whether the model learned from this data set, as opposed to another.</param>
    private static RunOutcome OfClasses(RunOutcome outcome, string classes, double? accuracy, bool learnedHere)
    {
        outcome = outcome with
        {
            Shots = outcome.Shots ?? (learnedHere && outcome.SaidShots > 0 ? outcome.SaidShots : null),
        };
        return classes switch
        {
            "base" => outcome with { Base = accuracy },
            "new" => outcome with { Novel = accuracy, Selection = "" },
            _ => Transferred(outcome, learnedHere) with
            {
                Protocol = s_variants.Contains(outcome.Dataset) ? Protocol.DomainGeneralisation
                    : learnedHere && LearnsFromLabels(outcome.Trainer) ? Protocol.FewShot
                    : Protocol.CrossDataset,
                Accuracy = accuracy,
                Selection = outcome.Selection == BestOnTest ? BestOnWholeTest : outcome.Selection,
            },
        };
    }

    // Of how many pictures a transferred model was learned, only the settings of its test may say.
    private static RunOutcome Transferred(RunOutcome outcome, bool learnedHere) =>
        learnedHere || !LearnsFromLabels(outcome.Trainer) || outcome.SaidShots is null or 0 || outcome.Shots is not null
            || outcome.Variant.Contains("NUM_SHOTS=", StringComparison.Ordinal)
            ? outcome
            : outcome with { Variant = $"{outcome.Variant} {LabelledVariant.ShotsOf(outcome.SaidShots.Value)}".Trim() };

    // The tables of transfer have a column of the data set that is learned from.
    private static bool IsSame(string? learnedOn, string dataset) =>
        learnedOn == dataset && dataset != SourceOfTransfer;

    private static bool LearnsFromLabels(string trainer) =>
        MethodCatalog.All.FirstOrDefault(row => row.Name == trainer)?.LearnsFrom == Supervision.Labels;
}
