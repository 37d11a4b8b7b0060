namespace PromptKD.Runtime;

/// <summary>
/// Holds the folders of files that one call writes: where one goes between two of the files, the second is not written
/// into a new folder, away from the first.
/// </summary>
internal sealed class FolderHolds : IDisposable
{
    private readonly List<FolderHold> _holds = [];

    private FolderHolds()
    {
    }

    /// <summary>Holds the folders of files, or of folders; makes those that are not there.</summary>
    /// <param name="places">The files. One that is null is not written.</param>
    /// <exception cref="PromptKDException">One cannot be made.</exception>
    public static FolderHolds Around(IEnumerable<string?> places)
    {
        var holds = new FolderHolds();
        try
        {
            foreach (string place in places.OfType<string>())
            {
                string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(place));
                holds._holds.Add(FolderHold.Share(Path.GetDirectoryName(full) ?? full));
            }

            return holds;
        }
        catch
        {
            holds.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _holds.ForEach(hold => hold.Dispose());
}
