using PromptKD.Data.Pictures;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// What a run has learned from. These are its pictures as they are now, unless every epoch was learned before they
/// changed: then what is left to do is to write files, and those name the pictures that were.
/// </summary>
/// <param name="Inputs">SHA-256 of each input, by name.</param>
/// <param name="Count">Pictures that were learned from.</param>
/// <param name="Skipped">Pictures beside those, that could not be read.</param>
/// <param name="LeftOut">Files beside the pictures, by kind; empty where that is not known any more.</param>
internal sealed record LearnedPictures(
    IReadOnlyDictionary<string, string> Inputs, int Count, int Skipped, IReadOnlyDictionary<string, int> LeftOut)
{
    /// <summary>Of a run that has learned its last epoch.</summary>
    /// <exception cref="PromptKDException">The pictures changed since, and nothing says what they were.</exception>
    public static LearnedPictures Of(OpenRun run, TrainingLoop loop)
    {
        int skipped = loop.Position.Skipped.Count;
        return IsOfNow(run, loop)
            ? new LearnedPictures(
                run.Inputs.Digests,
                run.Inputs.Pictures.Items.Count - run.Inputs.Pictures.HeldOut.Count - skipped,
                skipped,
                Data.Pictures.LeftOut.Sum(run.Settings.LeftOut.Take(1)))
            : new LearnedPictures(
                loop.LearnedFrom,
                Before(run, loop).Lines.Count() - HeldOutBefore(loop.Position) - skipped,
                skipped,
                new Dictionary<string, int>());
    }

    /// <summary>Keeps the list of the pictures that are learned from beside the run.</summary>
    /// <exception cref="PromptKDException">As <see cref="Of"/>; or it cannot be written.</exception>
    public static void Keep(OpenRun run, TrainingLoop loop)
    {
        PictureList? list = IsOfNow(run, loop) ? run.Inputs.Pictures.List : Before(run, loop);
        if (list is not null && PictureList.FindFault(run.Folder.Root, digest: null) is { } fault)
        {
            run.Log.OnWarning($"{fault}. It is written anew.");
        }

        list?.Keep(run.Folder.Root);
    }

    /// <summary>Whether the pictures as they are now are those that were learned from.</summary>
    public static bool IsOfNow(OpenRun run, TrainingLoop loop) =>
        Digest(loop) is not { } digest || digest == run.Inputs.Pictures.Digest;

    private static int HeldOutBefore(TrainingPosition end) =>
        (end.History is [.., var last] ? last : end.Start)?.HeldOut?.Pictures ?? 0;

    private static string? Digest(TrainingLoop loop) => loop.LearnedFrom.GetValueOrDefault(ChangedPictures.Input);

    // Of a run that was gone on with from elsewhere, the list lies there.
    private static PictureList Before(OpenRun run, TrainingLoop loop) =>
        new[] { run.Folder.Root, run.Settings.Config.Resume }
            .Where(folder => folder.Length > 0)
            .Select(folder => PictureList.ReadIfAny(folder, Digest(loop)!))
            .FirstOrDefault(list => list is not null)
        ?? throw new PromptKDException(
            $"{run.Folder.Root}: all epochs were learned from other pictures (SHA-256 {Digest(loop)}), and their list "
            + $"'{PictureList.FileName}' is gone or damaged. Put the pictures back, or use another ‹output›.");
}
