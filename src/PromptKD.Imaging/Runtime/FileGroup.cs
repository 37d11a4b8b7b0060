namespace PromptKD.Runtime;

/// <summary>
/// Writes files that say one thing: in a folder beside their place first, and then one by one into it, the one that the
/// others belong to as the last.
/// </summary>
internal static class FileGroup
{
    /// <summary>Writes them all, or none.</summary>
    /// <param name="path">The last file; the others stand beside it.</param>
    /// <param name="write">Fills the folder that it is given, with all the files under their names.</param>
    /// <exception cref="PromptKDException">They cannot be written.</exception>
    public static void Write(string path, Action<string> write)
    {
        string target = Path.GetFullPath(path), name = Path.GetFileName(target);
        string folder = Path.GetDirectoryName(target)!;
        string partial = Remains.PartialOf(target);
        List<string> placed = [];
        using FolderHold around = FolderHold.Share(folder);
        try
        {
            Remains.Clear(folder);
            Remains.DeleteQuietly(partial);
            using FolderHold hold = FolderHold.Share(partial);
            write(partial);
            foreach (string ready in Directory.GetFiles(partial).OrderBy(one => Path.GetFileName(one) == name))
            {
                string place = Path.Combine(folder, Path.GetFileName(ready));
                bool isNew = !Path.Exists(place);
                File.Move(ready, place, overwrite: true);
                if (isNew)
                {
                    placed.Add(place);
                }
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // Without the last one they are nothing, and would be in the way of the next call.
            placed.ForEach(Remains.DeleteQuietly);
            throw WriteFault.Of(path, error);
        }
        finally
        {
            Remains.DeleteQuietly(partial);
        }
    }

    /// <summary>Gives a file of the folder that is being filled its name, where that comes of what is in it.</summary>
    public static void Rename(string folder, string from, string to) =>
        File.Move(Path.Combine(folder, from), Path.Combine(folder, to));
}
