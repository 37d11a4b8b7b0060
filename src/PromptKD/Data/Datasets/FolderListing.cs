using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// What lies in a folder, in ordinal order and without hidden entries. (The reference takes the order of the file
/// system, which differs from one disk to another.)
/// </summary>
internal static class FolderListing
{
    /// <summary>Names of the folders directly in a folder.</summary>
    /// <exception cref="PromptKDException">It is missing or cannot be listed.</exception>
    public static IReadOnlyList<string> Folders(DatasetFolder dataset, string folder) =>
        List(dataset, folder, Directory.EnumerateDirectories);

    /// <summary>Full paths of the pictures directly in a folder.</summary>
    /// <param name="dataset">Whose.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="leftOut">Counts the other files.</param>
    /// <exception cref="PromptKDException">It is missing or cannot be listed.</exception>
    public static IReadOnlyList<string> Pictures(DatasetFolder dataset, string folder, LeftOutCounter leftOut)
    {
        List<string> pictures = [];
        foreach (string name in List(dataset, folder, Directory.EnumerateFiles))
        {
            if (PictureFile.IsPicture(name))
            {
                pictures.Add(Path.Combine(folder, name));
            }
            else
            {
                leftOut.AddFile(name);
            }
        }

        return pictures;
    }

    private static string[] List(
        DatasetFolder dataset, string folder, Func<string, IEnumerable<string>> enumerate)
    {
        try
        {
            return
            [
                .. enumerate(folder)
                    .Select(path =>
                    {
                        dataset.Stop.ThrowIfCancellationRequested();
                        return Path.GetFileName(path);
                    })
                    .Where(name => !name.StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException error)
        {
            throw dataset.Missing(Path.GetRelativePath(dataset.Path, folder), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot list '{folder}': {error.Message}", error);
        }
    }
}
