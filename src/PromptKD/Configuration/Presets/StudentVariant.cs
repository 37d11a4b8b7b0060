using System.Globalization;

namespace PromptKD.Configuration.Presets;

/// <summary>
/// In which of the parts that the paper's ablations exchange a run of PromptKD differs from its tables.
/// </summary>
internal static class StudentVariant
{
    private const string Prefix = "TRAINER.PROMPTKD.";
    private const string TeacherKey = Prefix + "TEACHER_NAME";
    private const string LossKey = Prefix + "LOSS";
    private const string ProjectorKey = Prefix + "PROJECT_LAYER";
    private const string UsualTeacher = "PromptSRC";

    // Each value as the paper's tables 1, 2 and 9 have it.
    private static readonly (string Key, object Usual)[] s_parts =
    [
        (LossKey, "kl"), (Prefix + "N_CTX_VISION", 4), (Prefix + "TUNE_TOWER", false), (Prefix + "SHARED_TEXT", true),
        (ProjectorKey, 2), (Prefix + "TEMPERATURE", 1.0), ("OPTIM.MAX_EPOCH", 20),
    ];

    /// <summary>What differs, as KEY=value, the key's last part alone; empty for nothing.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="teachers">
    /// Which method learned each teacher's prompts, as TRAINER.NAME spells it; empty for a plain CLIP, null where it
    /// is not
    /// known: a store alone does not say it.
    /// </param>
    public static string Of(ExperimentConfig config, IReadOnlyList<string?> teachers)
    {
        var values = config.Flatten().ToDictionary(one => one.Key, one => one.Value);
        return Of(key => values[key], teachers);
    }

    /// <summary>As the other form, of the configuration that a log begins with.</summary>
    /// <param name="value">The text of a key's value; null where the log has no such key.</param>
    /// <remarks>
    /// The original program has neither losses nor teachers to choose from, and reads PROJECT_LAYER but makes two
    /// layers.
    /// </remarks>
    public static string OfLog(Func<string, string?> value)
    {
        bool isOurs = value(LossKey) is not null;
        bool isPlain = value("DISTILL.TEACHER") is { Length: > 0 } && value("DISTILL.TEACHER_PROMPTS") is "";
        return Of(key => key == ProjectorKey && !isOurs ? null : value(key), [isPlain ? "" : null]);
    }

    private static string Of(Func<string, object?> value, IReadOnlyList<string?> teachers)
    {
        string teacher = value(TeacherKey) as string ?? "";
        string[] parts =
        [
            .. s_parts.Select(part => (part.Key, part.Usual, Value: Like(part.Usual, value(part.Key))))
                .Where(part => part.Value is not null && !part.Value.Equals(part.Usual))
                .Select(part =>
                    $"{part.Key.Split('.')[^1]}={Convert.ToString(part.Value, CultureInfo.InvariantCulture)}"),
            .. Bare(teacher) is "VITL14" or "" ? Array.Empty<string>() : [$"TEACHER_NAME={teacher}"],
            .. teachers is [null or UsualTeacher] ? Array.Empty<string>() : [TeachersOf(teachers)],
        ];
        return string.Join(' ', parts);
    }

    /// <summary>A value as the kind that the usual one is: to a log, which has texts, 1.0 and 1 are two.</summary>
    internal static object? Like(object usual, object? value) => (usual, value) switch
    {
        (int, string text) => int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : text,
        (double, string text) => double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number : text,
        (bool, string text) => bool.TryParse(text, out bool flag) ? flag : text,
        _ => value,
    };

    private static string TeachersOf(IEnumerable<string?> teachers) => "TEACHER_PROMPTS=" + string.Join(
        '+', teachers.Select(one => one switch { null => "stored", "" => "none", _ => one }));

    private static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
