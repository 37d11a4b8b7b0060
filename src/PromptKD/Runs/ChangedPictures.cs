using PromptKD.Data.Pictures;

namespace PromptKD.Runs;

/// <summary>
/// Pictures that are not those that a run was begun with: refused by name, or taken as they are where
/// TRAIN.ACCEPT_CHANGES says so.
/// </summary>
internal static class ChangedPictures
{
    /// <summary>The name of the pictures among the digests of a run's inputs.</summary>
    public const string Input = "pictures";

    /// <summary>Refuses to go on from what other inputs made.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The folder of the run to go on from.</param>
    /// <param name="made">Digests of what made it.</param>
    /// <returns>What changed, where that is accepted; null where nothing did.</returns>
    /// <exception cref="PromptKDException">Something differs; the message names it.</exception>
    public static string? RefuseOtherInputs(OpenRun run, string folder, IReadOnlyDictionary<string, string> made)
    {
        IReadOnlyDictionary<string, string> now = run.Inputs.Digests;
        string? changes = made.TryGetValue(Input, out string? before)
            ? Describe(folder, before, run.Inputs.Pictures)
            : null;
        if (changes is not null && !run.Settings.Config.Train.AcceptChanges)
        {
            throw new PromptKDException(
                $"{folder} holds a run with other pictures: {changes}. Put them back, or go on with the pictures as "
                + "they are now with ‹accept-changes›, or use another ‹output›.");
        }

        run.Folder.RefuseOtherInputs(
            changes is null ? made : new Dictionary<string, string>(made) { [Input] = now[Input] }, now);
        return changes;
    }

    /// <summary>
    /// As <see cref="RefuseOtherInputs"/>, of a run that goes on: says what changed, where that is accepted.
    /// </summary>
    /// <exception cref="PromptKDException">As there.</exception>
    public static void Accept(OpenRun run, string folder, IReadOnlyDictionary<string, string> made)
    {
        if (RefuseOtherInputs(run, folder, made) is { } changes)
        {
            run.Log.OnWarning($"going on with changed pictures: {changes}");
        }
    }

    /// <summary>Says that a finished run has not learned from changed pictures; nothing where none changed.</summary>
    public static void WarnOfFinished(OpenRun run, string? changes)
    {
        if (changes is not null)
        {
            run.Log.OnWarning(
                $"the pictures changed since this run was finished, and it did not learn from them: {changes}");
        }
    }

    private static string? Describe(string folder, string before, PictureSet pictures)
    {
        if (pictures.Digest == before || pictures.List is null)
        {
            return null;
        }

        return PictureList.ReadIfAny(folder, before) is { } list
            ? PictureChanges.Between(list, pictures.List).Describe()
            : $"their SHA-256 was {before}, is {pictures.Digest}, and there is no list of those before"
                + (PictureList.FindFault(folder, digest: null) is { } fault ? $" ({fault})" : "");
    }
}
