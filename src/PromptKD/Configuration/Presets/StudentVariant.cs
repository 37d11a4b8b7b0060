namespace PromptKD.Configuration.Presets;

/// <summary>
/// In what a run of PromptKD differs from those behind the paper's tables: the parts that its ablations exchange, and
/// the other settings that its numbers depend on.
/// </summary>
internal static class StudentVariant
{
    private const string Prefix = "TRAINER.PROMPTKD.";
    private const string TeacherKey = Prefix + "TEACHER_NAME";
    private const string LossKey = Prefix + "LOSS";
    private const string ProjectorKey = Prefix + "PROJECT_LAYER";
    private const string WeightKey = Prefix + "KD_WEIGHT";
    private const string UsualTeacher = "PromptSRC";
    private const double OneWeight = 1000;

    // Each value as the paper's tables 1, 2 and 9 have it.
    private static readonly (string Key, object Usual)[] s_parts =
    [
        (LossKey, "kl"), (Prefix + "N_CTX_VISION", 4), (Prefix + "TUNE_TOWER", false), (Prefix + "SHARED_TEXT", true),
        (ProjectorKey, 2), (Prefix + "TEMPERATURE", 1.0), ("OPTIM.MAX_EPOCH", 20),
    ];

    // What is no part of its own, and is given in every run of the original program.
    private static readonly (string Key, object Usual)[] s_rest =
    [
        ("DATALOADER.TRAIN_X.BATCH_SIZE", 8), ("OPTIM.LR", 0.005), (Prefix + "LOSS_UNIT", "class"),
        (Prefix + "PROMPT_LR_FACTOR", 1.0), (Prefix + "RATE_WIDTH", 0), (Prefix + "FEATURE_NOISE", 0.0),
        (Prefix + "CTX_INIT", "a photo of a"),
        (Prefix + "TEMPLATES", ValueList.Create<string>(["a photo of a {}."])), ("DISTILL.VIEWS", 0),
        ("DISTILL.TEACHER_PICTURE_SIZE", 0), ("DISTILL.CLASS_VECTORS", ""),
        ("DISTILL.TARGET.ALL_VIEWS", false), ("DISTILL.TARGET.TEMPERATURE", 1.0), ("DISTILL.TARGET.CALIBRATE", false),
        ("DISTILL.TARGET.BALANCE", 0.0),
    ];

    // Their losses have a weight of 200; of cross-dataset the original's scripts leave open which.
    private static readonly string[] s_weaklyDistilled = ["DescribableTextures", "OxfordFlowers", "FGVCAircraft"];

    /// <summary>What differs, as KEY=value, the key's last part alone; empty for nothing.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="teachers">
    /// Which method learned each teacher's prompts, as TRAINER.NAME spells it; empty for a plain CLIP, null where it
    /// is not known: a store alone does not say it.
    /// </param>
    public static string Of(ExperimentConfig config, IReadOnlyList<string?> teachers)
    {
        var values = config.Flatten().ToDictionary(one => one.Key, one => one.Value);
        return Of(key => values[key], teachers);
    }

    /// <summary>As the other form, of the configuration that a log begins with.</summary>
    /// <param name="value">The text of a key's value, or of its items; null where the log has no such key.</param>
    /// <remarks>
    /// The original program has neither losses nor teachers to choose from, and reads PROJECT_LAYER but makes two
    /// layers.
    /// </remarks>
    public static string OfLog(Func<string, object?> value)
    {
        bool isOurs = value(LossKey) is not null;
        bool isPlain = value("DISTILL.TEACHER") is string { Length: > 0 } && value("DISTILL.TEACHER_PROMPTS") is "";
        return Of(key => key == ProjectorKey && !isOurs ? null : value(key), [isPlain ? "" : null]);
    }

    private static string Of(Func<string, object?> value, IReadOnlyList<string?> teachers)
    {
        string teacher = value(TeacherKey) as string ?? "";
        string[] parts =
        [
            .. PaperSettings.DifferencesOf(s_parts, value),
            .. Bare(teacher) is "VITL14" or "" ? Array.Empty<string>() : [$"TEACHER_NAME={teacher}"],
            .. teachers is [null or UsualTeacher] ? Array.Empty<string>() : [TeachersOf(teachers)],
            .. PaperSettings.DifferencesOf(
                [.. Rest(value), .. PaperSettings.Learning, .. PaperSettings.Looking], value),
        ];
        return string.Join(' ', parts);
    }

    // What no ablation exchanges. How L1 and MSE were weighed, the paper does not say.
    private static IEnumerable<(string Key, object Usual)> Rest(Func<string, object?> value)
    {
        bool isCross = value("TRAINER.MODAL") is "cross";
        if (value(LossKey) is null or "kl")
        {
            bool isWeak = s_weaklyDistilled.Contains(value("DATASET.NAME"));
            bool isOneWeight = isCross && PaperSettings.Like(OneWeight, value(WeightKey)) is OneWeight;
            yield return (WeightKey, isWeak && !isOneWeight ? 200.0 : OneWeight);
        }

        if (PaperSettings.Like(0, value(Prefix + "N_CTX_VISION")) is not 0)
        {
            yield return (Prefix + "PROMPT_DEPTH_VISION", isCross ? 3 : 9);
        }

        foreach ((string Key, object Usual) part in s_rest)
        {
            yield return part;
        }
    }

    private static string TeachersOf(IEnumerable<string?> teachers) => "TEACHER_PROMPTS=" + string.Join(
        '+', teachers.Select(one => one switch { null => "stored", "" => "none", _ => one }));

    private static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
