using System.Globalization;

namespace PromptKD.Configuration.Presets;

/// <summary>In which of the parts that the paper's ablations exchange a run of PromptKD differs from its tables.</summary>
internal static class StudentVariant
{
    private const string Prefix = "TRAINER.PROMPTKD.";

    // Each value as the paper's tables 1, 2 and 9 have it.
    private static readonly (string Key, object Usual)[] s_parts =
    [
        (Prefix + "LOSS", "kl"), (Prefix + "N_CTX_VISION", 4), (Prefix + "TUNE_TOWER", false), (Prefix + "SHARED_TEXT", true),
        (Prefix + "PROJECT_LAYER", 2), (Prefix + "TEMPERATURE", 1.0), ("OPTIM.MAX_EPOCH", 20),
    ];

    /// <summary>What differs, as KEY=value, the key's last part alone; empty for nothing.</summary>
    /// <param name="config">All settings, with the models filled in: no prompts of a teacher are a plain CLIP.</param>
    public static string Of(ExperimentConfig config)
    {
        Dictionary<string, object> values = config.Flatten().ToDictionary(one => one.Key, one => one.Value);
        DistillConfig models = config.Distill;
        string teacher = config.Trainer.PromptKD.TeacherName;
        string[] parts =
        [
            .. s_parts.Where(part => !values[part.Key].Equals(part.Usual)).Select(part =>
                $"{part.Key.Split('.')[^1]}={Convert.ToString(values[part.Key], CultureInfo.InvariantCulture)}"),
            .. Bare(teacher) == "VITL14" ? Array.Empty<string>() : [$"TEACHER_NAME={teacher}"],
            .. models is { Teacher.Length: > 0, TeacherPrompts: "" } ? ["TEACHER_PROMPTS=none"] : Array.Empty<string>(),
        ];
        return string.Join(' ', parts);
    }

    private static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
