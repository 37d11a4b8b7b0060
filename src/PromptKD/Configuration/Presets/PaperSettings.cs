using System.Collections;
using System.Globalization;

namespace PromptKD.Configuration.Presets;

/// <summary>
/// Settings behind all of the paper's rows alike, and in which of them a run differs. What decides nothing but the
/// last digits is not among them: precision, memory, workers, the size of test batches.
/// </summary>
internal static class PaperSettings
{
    private const string Separator = "+";

    private const string Target = "DISTILL.TARGET.";

    // What these settings name is the user's own, and may be anything.
    private static readonly string[] s_named = ["MODEL.INIT_WEIGHTS", "DISTILL.CLASS_VECTORS"];

    /// <summary>What acts while pictures are looked at, learned from or not.</summary>
    public static IReadOnlyList<(string Key, object Usual)> Looking { get; } =
    [
        ("INPUT.INTERPOLATION", "bicubic"),
        ("INPUT.PIXEL_MEAN", ValueList.Create<double>([0.48145466, 0.4578275, 0.40821073])),
        ("INPUT.PIXEL_STD", ValueList.Create<double>([0.26862954, 0.26130258, 0.27577711])),
        ("INPUT.UPRIGHT", false), ("INPUT.SCALE_16BIT", false), ("DISTILL.FAST_JPEG", false),
        ("DISTILL.STUDENT_PICTURE_SIZE", 0), ("TEST.SPLIT", "test"),
    ];

    /// <summary>What acts in learning alone.</summary>
    public static IReadOnlyList<(string Key, object Usual)> Learning { get; } =
    [
        ("OPTIM.NAME", "sgd"), ("OPTIM.WEIGHT_DECAY", 5e-4), ("OPTIM.MOMENTUM", 0.9), ("OPTIM.SGD_DAMPNING", 0),
        ("OPTIM.SGD_NESTEROV", false), ("OPTIM.CLIP_NORM", 0.0), ("OPTIM.LR_SCHEDULER", "cosine"),
        ("OPTIM.WARMUP_EPOCH", 1), ("OPTIM.WARMUP_TYPE", "constant"), ("OPTIM.WARMUP_CONS_LR", 1e-5),
        ("OPTIM.WARMUP_RECOUNT", true), ("DATALOADER.TRAIN_X.SAMPLER", "RandomSampler"),
        ("INPUT.TRANSFORMS", ValueList.Create<string>(["random_resized_crop", "random_flip", "normalize"])),
        ("INPUT.RRCROP_SCALE", ValueList.Create<double>([0.08, 1.0])), ("MODEL.INIT_WEIGHTS", ""),
    ];

    /// <summary>What differs, as KEY=value, the key's last part alone where that says enough.</summary>
    /// <param name="usual">Keys with their usual values.</param>
    /// <param name="value">
    /// The value of a key, or its text, or that of its items; null where it is not known, and then does not differ.
    /// </param>
    public static IEnumerable<string> DifferencesOf(
        IEnumerable<(string Key, object Usual)> usual, Func<string, object?> value) =>
        from part in usual
        let found = Like(part.Usual, value(part.Key))
        where found is not null && !found.Equals(Like(part.Usual, part.Usual))
        let shown = s_named.Contains(part.Key) ? "given" : Shown(found)
        select $"{NameOf(part.Key)}={shown}";

    /// <summary>
    /// A value as the kind that the usual one is: to a log, which has texts, 1.0 and 1 are two. Underscores are spaces
    /// to all of these methods, and a list is a set of words or a row of numbers.
    /// </summary>
    public static object? Like(object usual, object? value) => (usual, value) switch
    {
        (int, string text) => int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : text,
        (double, string text) => double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number : text,
        (bool, string text) => bool.TryParse(text, out bool flag) ? flag : text,
        (string, string text) => text.Replace('_', ' '),
        (ValueList<string>, not null) => string.Join(
            Separator, ItemsOf(value).Select(Text).Order(StringComparer.Ordinal)),
        (ValueList<double>, not null) => string.Join(Separator, ItemsOf(value).Select(item => Text(Like(0.0, item)))),
        _ => value,
    };

    private static string NameOf(string key) => key switch
    {
        "OPTIM.NAME" or "TEST.SPLIT" => key,
        _ when key.StartsWith(Target, StringComparison.Ordinal) => key,
        _ => key.Split(ConfigTree.Separator)[^1],
    };

    // Python shows a tuple as (224, 224).
    private static IEnumerable<object?> ItemsOf(object value) => value switch
    {
        string text when PythonLiteral.TryParse(text, out object? read) && read is IReadOnlyList<object?> list => list,
        string text => [text],
        IEnumerable items => items.Cast<object?>(),
        _ => [value],
    };

    // Parts are told apart by the spaces between them.
    private static string Shown(object value) => Text(value) is { Length: > 0 } text ? text.Replace(' ', '_') : "none";

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
