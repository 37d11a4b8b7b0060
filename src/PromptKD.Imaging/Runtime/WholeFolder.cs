namespace PromptKD.Runtime;

/// <summary>Writes folders whole or not at all: beside the target first, then renamed into its place.</summary>
internal static class WholeFolder
{
    private const string OldEnding = ".old";

    /// <summary>Makes a folder where there is none, or an empty one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="write">Fills the folder that it is given.</param>
    /// <exception cref="PromptKDException">There is something already, or it cannot be written.</exception>
    public static void Create(string folder, Action<string> write)
    {
        RefuseTaken(folder);
        WriteBeside(folder, write, partial =>
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder);
            }

            Directory.Move(partial, folder);
        });
    }

    /// <summary>Refuses a place where something is already: before a long computation, not only behind it.</summary>
    /// <exception cref="PromptKDException">There is a file, or a folder that is not empty.</exception>
    public static void RefuseTaken(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new PromptKDException($"'{folder}' is there already. Give a new folder.");
        }
    }

    /// <summary>Puts a folder in the place of another one.</summary>
    /// <remarks>
    /// On Linux both are there at every moment, whole, under one name or the other. Where the system cannot exchange
    /// names, the old folder has another name for an instant; <see cref="Recover"/> gives it back after a kill.
    /// </remarks>
    /// <param name="folder">The folder, which is there.</param>
    /// <param name="write">Fills the folder that it is given; the old one can be read meanwhile.</param>
    /// <exception cref="PromptKDException">It cannot be written. The old folder stands.</exception>
    public static void Replace(string folder, Action<string> write) => WriteBeside(folder, write, partial =>
    {
        if (!AtomicRename.TryExchange(partial, folder))
        {
            string old = partial + OldEnding;
            Directory.Move(folder, old);
            try
            {
                Directory.Move(partial, folder);
            }
            catch (Exception error) when (WriteFault.Is(error))
            {
                Directory.Move(old, folder);
                throw;
            }

            Remains.DeleteQuietly(old);
        }
    });

    /// <summary>
    /// Clears what killed calls left beside a folder, and gives it its name back where <see cref="Replace"/> was killed
    /// between the old one and the new one.
    /// </summary>
    /// <remarks>What cannot be moved or deleted stays: whoever reads the folder next says what is missing.</remarks>
    public static void Recover(string folder)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetDirectoryName(target) is not { } parent || !Directory.Exists(parent))
        {
            return;
        }

        string ours = $"{target}.{Environment.MachineName}-";
        try
        {
            foreach (string old in Directory.GetDirectories(parent, $"*{Remains.Ending}{OldEnding}")
                .Where(path => path.StartsWith(ours, StringComparison.Ordinal)))
            {
                if (Path.Exists(target))
                {
                    Remains.DeleteQuietly(old);
                }
                else
                {
                    Directory.Move(old, target);
                }
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // As above.
        }

        Remains.Clear(parent);
    }

    /// <summary>A folder inside of one that is being written.</summary>
    /// <param name="partial">What is being written.</param>
    /// <param name="name">Of the folder.</param>
    /// <returns>Its path.</returns>
    public static string Inside(string partial, string name)
    {
        string folder = Path.Combine(partial, name);
        FolderHold.MakeFolder(folder);
        return folder;
    }

    private static void WriteBeside(string folder, Action<string> write, Action<string> publish)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string partial = Remains.PartialOf(target);
        using FolderHold around = FolderHold.Share(Path.GetDirectoryName(target)!);
        try
        {
            Recover(target);
            Remains.DeleteQuietly(partial);
            using FolderHold hold = FolderHold.Share(partial); // Each file written into it would make it anew.
            write(partial);
            publish(partial);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(folder, error, "the folder ");
        }
        finally
        {
            Remains.DeleteQuietly(partial);
        }
    }
}
