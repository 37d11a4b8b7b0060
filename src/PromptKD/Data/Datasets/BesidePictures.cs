using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>
/// What lies in the folders of pictures that a file names, and is not named: a list says nothing of what was put beside
/// it. Names alone are read, a folder once: a million take about two seconds.
/// </summary>
internal static class BesidePictures
{
    /// <summary>Counts it by kind.</summary>
    /// <param name="folder">The data set.</param>
    /// <param name="split">Its pictures.</param>
    public static LeftOut Of(DatasetFolder folder, DatasetSplit split)
    {
        HashSet<string> named = new(StringComparer.Ordinal), folders = new(StringComparer.Ordinal);
        foreach (PictureItem item in split.Parts.SelectMany(part => part.Items))
        {
            if (named.Add(item.Path))
            {
                folders.Add(Path.GetDirectoryName(item.Path)!);
            }
        }

        var counter = new LeftOutCounter();
        foreach (string path in folders.Where(Directory.Exists))
        {
            Count(path, named, counter, folder.Stop);
        }

        return counter.At($"'{folder.Images}'");
    }

    private static void Count(string folder, HashSet<string> named, LeftOutCounter counter, CancellationToken stop)
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder))
            {
                stop.ThrowIfCancellationRequested();
                if (named.Contains(path))
                {
                    continue;
                }

                string name = Path.GetFileName(path);
                if (PictureFile.IsPicture(name) && !name.StartsWith('.'))
                {
                    counter.Add(LeftOutKinds.Unlisted);
                }
                else
                {
                    counter.AddFile(name);
                }
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // A folder that may not be listed may be read all the same: then nothing is known of the rest of it.
        }
    }
}
