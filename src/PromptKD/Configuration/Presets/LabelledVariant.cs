using System.Globalization;

namespace PromptKD.Configuration.Presets;

/// <summary>
/// In which settings a run of a method that learns from labels differs from those behind the paper's rows.
/// </summary>
/// <remarks>
/// Compared is what acts in each of them and changes what is learned or measured; which pictures choose the epoch and
/// the number of pictures are told otherwise.
/// </remarks>
internal static class LabelledVariant
{
    // What the other data sets of the paper's transfer are tested with was learned there.
    private const string SourceOfTransfer = "ImageNet";

    private const string All = "all";

    /// <summary>What differs, as KEY=value, the key's last part alone; empty for nothing.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="learnedOn">DATASET.NAME of what was learned from; null where it is not known.</param>
    public static string Of(ExperimentConfig config, string? learnedOn) => Of(ValuesOf(config), learnedOn);

    /// <summary>As the other form, of the configuration that a log begins with.</summary>
    /// <param name="value">The text of a key's value, or of its items; null where the log has no such key.</param>
    /// <param name="learnedOn">As there.</param>
    public static string OfLog(Func<string, object?> value, string? learnedOn) => Of(value, learnedOn);

    /// <summary>What differs of an evaluation whose model's own run is known.</summary>
    /// <param name="variant">What of that run differs.</param>
    /// <param name="learned">What it learned from: DATASET.NAME, SUBSAMPLE_CLASSES and NUM_SHOTS.</param>
    /// <param name="tested">DATASET.NAME and SUBSAMPLE_CLASSES of the evaluation.</param>
    /// <param name="config">All settings of the evaluation.</param>
    public static string OfEvaluation(
        string variant,
        (string Dataset, string Classes, int Shots) learned,
        (string Dataset, string Classes) tested,
        ExperimentConfig config)
    {
        bool isTransfer = tested.Classes == All && learned.Dataset != tested.Dataset;
        string[] known = variant.Split(' ');
        IEnumerable<string> looking = PaperSettings.DifferencesOf(PaperSettings.Looking, ValuesOf(config));
        string[] parts =
        [
            variant,
            .. looking.Where(part => !known.Contains(part)),
            learned.Dataset == (isTransfer ? SourceOfTransfer : tested.Dataset) ? "" : $"LEARNED_ON={learned.Dataset}",
            learned.Classes == (tested.Classes == All ? All : "base") ? "" : $"SUBSAMPLE_CLASSES={learned.Classes}",
            isTransfer ? ShotsOf(learned.Shots) : "",
        ];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    /// <summary>Another number of pictures than the paper's 16 of each class, as NUM_SHOTS=4; else empty.</summary>
    /// <param name="shots">DATASET.NUM_SHOTS.</param>
    public static string ShotsOf(int shots) => shots == LabelledRecipe.Shots
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"NUM_SHOTS={Math.Max(0, shots)}");

    private static string Of(Func<string, object?> value, string? learnedOn)
    {
        string trainer = value("TRAINER.NAME") as string ?? "";
        string dataset = value("DATASET.NAME") as string ?? "";
        bool isSplit = value("DATASET.SUBSAMPLE_CLASSES") is "base" or "new";
        string source = isSplit ? dataset : learnedOn ?? SourceOfTransfer;
        LearningProtocol protocol = isSplit ? LearningProtocol.BaseToNovel
            : source == SourceOfTransfer ? LearningProtocol.Transfer
            : LearningProtocol.FewShot;
        int shots = PaperSettings.Like(0, value("DATASET.NUM_SHOTS")) is int number ? number : LabelledRecipe.Shots;
        bool isLarge = value("MODEL.BACKBONE.NAME") is "ViT-L/14";
        bool hasWords = value($"TRAINER.{trainer.ToUpperInvariant()}.CTX_INIT") is not "";
        IEnumerable<string[]> differences = LabelledRecipe.Of(trainer, protocol, source, shots, isLarge)
            .Select(recipe => PaperSettings.DifferencesOf(recipe.Settings(hasWords), value).ToArray());
        return string.Join(
            ' ',
            [
                .. differences.MinBy(parts => parts.Length) ?? [],
                .. PaperSettings.DifferencesOf(
                    [.. Averaging(trainer, protocol, value), .. PaperSettings.Looking], value),
            ]);
    }

    private static Func<string, object?> ValuesOf(ExperimentConfig config) =>
        config.Flatten().ToDictionary(one => one.Key, one => one.Value).GetValueOrDefault;

    // What PromptSRC shows between epochs is kept only where an epoch is chosen: in its own program that are raw
    // prompts. There are no numbers of the paper for few-shot runs.
    private static (string Key, object Usual)[] Averaging(
        string trainer, LearningProtocol protocol, Func<string, object?> value) =>
        trainer == "PromptSRC" && protocol != LearningProtocol.FewShot
            && value("TEST.FINAL_MODEL") is "best_val" && value("TEST.SELECT") is not "last"
            ? [("TRAINER.PROMPTSRC.REFERENCE_GPA", true)]
            : [];
}
