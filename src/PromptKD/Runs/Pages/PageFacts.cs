using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Pictures;
using PromptKD.Export;
using PromptKD.Pages;
using PromptKD.Training;

namespace PromptKD.Runs.Pages;

/// <summary>What the page of every kind of run says of its making: inputs, settings, what was left out.</summary>
/// <param name="run">The finished run.</param>
internal sealed class PageFacts(OpenRun run)
{
    // What lies where, and what the facts above the settings say already.
    private static readonly string[] s_told =
    [
        "OUTPUT_DIR", "SEED", "INPUT.SIZE", "INPUT.PIXEL_MEAN", "INPUT.PIXEL_STD", "DISTILL.IMAGES", "DISTILL.CLASSES",
        "DISTILL.VAL", "DISTILL.LABELLED", "DISTILL.TEACHER", "DISTILL.FURTHER_TEACHERS", "DISTILL.TEACHER_PROMPTS",
        "DISTILL.FURTHER_TEACHER_PROMPTS", "DISTILL.STUDENT", "DISTILL.VOCAB", "TRAINER.NAME",
        "TRAINER.PROMPTKD.TEMPLATES", "DATASET.NAME", "DATASET.ROOT", "DATASET.NUM_SHOTS", "DATASET.SUBSAMPLE_CLASSES",
    ];

    /// <summary>Settings that are not those that such a run begins with.</summary>
    /// <param name="first">What it begins with.</param>
    /// <param name="acting">Which keys have an effect.</param>
    public IReadOnlyList<PageFact> Settings(ExperimentConfig first, ActingKeys acting) =>
    [
        .. ExperimentConfig.Differences(first, run.Settings.Config)
            .ExceptBy(s_told.Concat(acting.FindIdle()), one => one.Key)
            .Select(one => new PageFact(one.Key, ConfigValue.Show(one.Second))),
    ];

    /// <summary>Sentences and classes.</summary>
    /// <param name="classNames">In label order.</param>
    public IEnumerable<PageFact> Classes(IReadOnlyList<string> classNames) =>
    [
        new("Sentences", ClassSentences.WhyUnknown(
            run.Inputs.Digests, !run.Settings.Config.Trainer.PromptKD.SharedText)
            ?? string.Join("; ", run.Settings.Config.Trainer.PromptKD.Templates)),
        new("Classes", string.Join(", ", classNames)),
    ];

    /// <summary>What decides the numbers beside all that.</summary>
    public IEnumerable<PageFact> Computing() =>
    [
        new("Seed", run.Settings.Config.Seed.ToString(CultureInfo.InvariantCulture)),
        new("Computed in", run.Context.Target.PrecisionName),
    ];

    /// <summary>What was made, from the folder of the run.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="path">Where it lies.</param>
    public PageFact Made(string name, string path) => new(name, Shown(path));

    /// <summary>SHA-256 of everything that the run was made from.</summary>
    public IEnumerable<PageFact> Digests() => run.Inputs.Digests.OrderBy(one => one.Key, StringComparer.Ordinal)
        .Select(one => new PageFact($"SHA-256 of {one.Key}", one.Value));

    /// <summary>Pictures that could not be read, named from their folder.</summary>
    /// <param name="skipped">The pictures.</param>
    public IReadOnlyList<SkippedPicture> Skipped(IEnumerable<SkippedPicture> skipped) =>
        [.. skipped.Select(one => one with { Path = new PictureItem(one.Path).NameFrom(run.Settings.PictureRoot) })];

    /// <summary>What the guard says, in the tense of the end.</summary>
    /// <param name="notice">Said at any time.</param>
    public static string Notice(RunNotice notice) => notice.Holds
        ? notice.Message
        : string.Create(
            CultureInfo.InvariantCulture,
            $"No longer so at the end, but behind epoch {notice.Epoch}: {notice.Message}");

    /// <summary>How many could not be read, in words.</summary>
    /// <param name="skipped">How many.</param>
    public static string CountSkipped(int skipped) => string.Create(
        CultureInfo.InvariantCulture, $"{skipped} that could not be read");

    /// <summary>Files beside the pictures, in words, a line a folder.</summary>
    public IReadOnlyList<string> LeftOut() =>
    [
        .. run.Settings.LeftOut.SelectMany(one => new[] { one.Describe(), one.DescribeWithoutEnd() }).OfType<string>(),
    ];

    // From the folder of the run, where it lies in it: that folder may be moved, with this page.
    private string Shown(string path)
    {
        string root = Path.GetFullPath(run.Folder.Root);
        string relative = Path.GetRelativePath(root, Path.GetFullPath(path)).Replace('\\', '/');
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative;
    }
}
