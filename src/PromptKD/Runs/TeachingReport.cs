using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Runs;

/// <summary>What the tuning of a teacher came to: <c>teacher.json</c> of its run folder.</summary>
public sealed record TeachingReport
{
    /// <summary>The file of a run folder that holds it.</summary>
    public const string FileName = "teacher.json";

    /// <summary>The checkpoint for <c>--teacher-prompts</c>, relative to the run folder in the file.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>SHA-256 of the checkpoint.</summary>
    public required string CheckpointSha256 { get; init; }

    /// <summary>TRAINER.NAME: PromptSRC, IVLP, MaPLe, CoOp or CoCoOp.</summary>
    public required string Method { get; init; }

    /// <summary>Names of the classes that it learned, in label order.</summary>
    public required IReadOnlyList<string> LearnedClasses { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures of each class that were asked for; 0 or negative for all.</summary>
    public required int Shots { get; init; }

    /// <summary>Labelled pictures that it learned from.</summary>
    public required int Pictures { get; init; }

    /// <summary>Labelled pictures beside those, that could not be read.</summary>
    public required int SkippedPictures { get; init; }

    /// <summary>Files beside the pictures that are of no kind that is read, or hidden, by kind.</summary>
    public IReadOnlyDictionary<string, int> LeftOut
    {
        get;
        init => field = ValueEquality.Of(value ?? Nothing);
    } = Nothing;

    /// <summary>Learned classes that had fewer pictures than asked for.</summary>
    public required int ShortClasses { get; init; }

    /// <summary>SEED.</summary>
    public required int Seed { get; init; }

    /// <summary>SHA-256 of each input, by name.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init => field = ValueEquality.Of(value); }

    /// <summary>Which pictures the accuracies are of, in words; null if nothing was measured.</summary>
    public string? MeasuredOn { get; init; }

    /// <summary>Accuracies of the CLIP as it came, by TRAINER.PROMPTKD.TEMPLATES; null if not measured.</summary>
    public BaseNovelResult? ZeroShot { get; init; }

    /// <summary>Accuracies of the tuned teacher, as distilling uses it; null if not measured.</summary>
    public BaseNovelResult? Taught { get; init; }

    private static IReadOnlyDictionary<string, int> Nothing { get; } =
        ValueEquality.Of<string, int>(new Dictionary<string, int>());

    /// <summary>The checkpoint that a run ends with: that of its last epoch, with the averaged prompts.</summary>
    /// <param name="config">OUTPUT_DIR, TRAINER.NAME and OPTIM.MAX_EPOCH.</param>
    internal static string CheckpointOf(ExperimentConfig config) =>
        new DasslCheckpoints(config.OutputDir, config.Trainer.Name).Of(config.Optim.MaxEpoch);

    /// <summary>The report of a run folder; null where the run has not come to its end.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="PromptKDException">The file is damaged.</exception>
    internal static TeachingReport? ReadIfAny(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        TeachingReport report = SealedJson.Read(
            path, "Delete it: the same teach goes on and writes it again.", RunJson.Indented.TeachingReport);
        return report with { Checkpoint = Path.Combine(folder, report.Checkpoint) };
    }

    /// <summary>Whether a checkpoint is there, and the one that the report is of.</summary>
    internal bool IsOf(string checkpoint) =>
        File.Exists(checkpoint) && FileDigest.Sha256([checkpoint]) == CheckpointSha256;

    /// <summary>The report of the run that made a checkpoint, if it still lies where that run wrote it.</summary>
    /// <param name="checkpoint">A checkpoint of learned prompts; empty for none.</param>
    /// <param name="sha256">Of the checkpoint.</param>
    /// <returns>Null where no such report lies there, or it is of other bytes.</returns>
    internal static TeachingReport? OfCheckpoint(string checkpoint, string sha256)
    {
        string? folder = checkpoint.Length == 0
            ? null
            : Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(checkpoint)));
        TeachingReport? report = folder is null ? null : ReadIfAny(folder);
        return report?.CheckpointSha256 == sha256 ? report : null;
    }

    /// <summary>Writes the report into a run folder.</summary>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable.</exception>
    internal void Write(string folder)
    {
        TeachingReport relative = this with
        {
            Checkpoint = Path.GetRelativePath(folder, Checkpoint).Replace('\\', '/'),
        };
        WholeFile.WriteText(
            Path.Combine(folder, FileName), SealedJson.Write(relative, RunJson.Indented.TeachingReport));
    }
}
