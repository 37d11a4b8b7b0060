using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Families;
using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Training;

/// <summary>
/// Tells runs apart by their settings. Every file that a run goes on from carries the run's mark, so that one of
/// another run, put in its place, is found out.
/// </summary>
internal static class RunMark
{
    // Keys that say where and how fast, not what comes out; the picture size follows from the student, and what a
    // recipe sets stands in the other keys.
    private static readonly string[] s_harmlessKeys =
    [
        "OUTPUT_DIR", "DEVICE", "USE_CUDA", "ONNX_PROVIDER", "RESUME", "DATALOADER.NUM_WORKERS",
        "TRAIN.PRINT_FREQ", "TRAIN.CHECKPOINT_MINUTES", "TRAIN.ACCEPT_CHANGES", "DATALOADER.TEST.BATCH_SIZE",
        "DISTILL.VOCAB", "INPUT.SIZE", "TRAIN.MEMORY", "TRAIN.TEXT_CHUNK", "DISTILL.RECIPE", "DISTILL.WHILE_FILLING",
        "DISTILL.FILLING_MINUTES",
    ];

    // Keys that name inputs: what lay there is told by digests, and another place does not make another run.
    private static readonly string[] s_places =
    [
        "DISTILL.IMAGES", "DISTILL.LABELLED", "DISTILL.VAL", "DISTILL.TEACHER", "DISTILL.TEACHER_PROMPTS",
        "DISTILL.CLASS_VECTORS", "DISTILL.FURTHER_TEACHERS", "DISTILL.FURTHER_TEACHER_PROMPTS",
        "DISTILL.FURTHER_CLASS_VECTORS", "DISTILL.STUDENT", "DISTILL.STORE", "DISTILL.FURTHER_STORES", "DATASET.ROOT",
        "MODEL.INIT_WEIGHTS",
    ];

    /// <summary>Whether a key names a place of inputs, which digests tell apart.</summary>
    public static bool IsPlace(string key) => s_places.Contains(key);

    /// <summary>
    /// Whether both values of a key name one place, however it is spelled: with separators at its end, as shells add
    /// them, from the current folder or from the root, through <c>..</c> or a link.
    /// </summary>
    /// <param name="difference">Of a run that was begun, and of what goes on.</param>
    /// <param name="from">
    /// Where relative paths of the first counted from; empty where that is not known. They may count from the current
    /// folder as well: all of it may have moved.
    /// </param>
    public static bool IsOnePlace(ConfigDifference difference, string from = "")
    {
        if (!IsPlace(difference.Key))
        {
            return false;
        }

        string[] first = NamesIn(difference.First), second = NamesIn(difference.Second);
        return first.Length == second.Length
            && first.Zip(second).All(pair =>
                IsSame(PlaceOf(pair.First), PlaceOf(pair.Second))
                || (from.Length > 0 && IsSame(PlaceOf(pair.First, from), PlaceOf(pair.Second))));
    }

    /// <summary>Whether a key may change between two starts of one run.</summary>
    public static bool IsHarmless(string key) => s_harmlessKeys.Contains(key);

    /// <summary>Refuses to go on from a file of another run that lies in the place of this one's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mark">The mark that it carries; null for none.</param>
    /// <param name="config">The settings of this run.</param>
    /// <exception cref="PromptKDException">It is of a run with other settings.</exception>
    public static void RefuseOther(string path, string? mark, ExperimentConfig config)
    {
        if (mark != Of(config))
        {
            throw new PromptKDException(
                $"{path}: of a run with other settings than those of config.yaml in its folder: one of the two was "
                + "copied from elsewhere, or damaged. Put the right one back, or use another ‹output›.");
        }
    }

    /// <summary>SHA-256 of all settings but the harmless ones, and those that name places.</summary>
    public static string Of(ExperimentConfig config)
    {
        OrderedDictionary<string, object> settings = ConfigTree.Flatten(config);
        foreach (string key in s_harmlessKeys.Concat(s_places))
        {
            settings.Remove(key);
        }

        return FileDigest.OfText(string.Join(
            '\n', settings.Select(setting => $"{setting.Key} {ConfigValue.Show(setting.Value)}")));
    }

    private static string[] NamesIn(object value) => [.. value as IEnumerable<string> ?? [(string)value]];

    private static bool IsSame(string first, string second) => first.Equals(second, RealPath.Comparison);

    // "" is no place. What is no path, as a model's name, is compared as if it were one.
    private static string PlaceOf(string given, string from = "") =>
        given.Length == 0 ? ""
        : RemoteAddress.IsRemote(given) ? given.TrimEnd('/')
        : RealPath.OrGiven(Path.Combine(from, OnnxFolder.PathIn(given)));
}
