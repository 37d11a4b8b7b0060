using PromptKD.Text.Names;

namespace PromptKD.Data.Pictures;

/// <summary>Which folder holds the pictures of which class.</summary>
internal sealed class ClassFolders
{
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);

    /// <param name="parent">The folder that holds the others, for messages.</param>
    /// <param name="folders">Names of the folders, in ordinal order.</param>
    /// <param name="classNames">Names of the classes in the order of their labels; null takes the folders'.</param>
    /// <param name="required">How many of the first classes must have a folder; null for all.</param>
    /// <exception cref="PromptKDException">Folders and classes do not match one to one.</exception>
    public ClassFolders(
        string parent, IReadOnlyList<string> folders, IReadOnlyList<string>? classNames, int? required = null)
    {
        if (folders.Count == 0)
        {
            throw new PromptKDException($"No folders in '{parent}': labelled pictures lie in a folder for each class.");
        }

        Names = classNames ?? [.. folders.Select(ClassLookup.NameOf).DistinctBy(ClassLookup.Key)];
        var known = new ClassLookup(Names);
        var folderOf = new Dictionary<int, string>();
        foreach (string folder in folders)
        {
            int label = known.Find(folder) ?? throw new PromptKDException(
                $"No class for the folder '{Path.Combine(parent, folder)}'. {Nearest(folder)}");

            if (!folderOf.TryAdd(label, folder))
            {
                throw new PromptKDException(
                    $"{parent}: the folders '{folderOf[label]}' and '{folder}' are the same class. "
                    + "Merge or rename one.");
            }

            _labels.Add(folder, label);
        }

        if (Names.Take(required ?? Names.Count).Where((_, label) => !folderOf.ContainsKey(label)).FirstOrDefault()
            is { } missing)
        {
            throw new PromptKDException(
                $"No folder in '{parent}' for the class '{missing}'. {Advise(missing, folders)}");
        }
    }

    /// <summary>Names of the classes, in the order of their labels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The label of the pictures in a folder.</summary>
    public int LabelOf(string folder) => _labels[folder];

    private string Nearest(string folder)
    {
        string nearest = NearestName.To(FolderName.Decode(folder), Names);
        return "The nearest class is "
            + $"'{nearest}'{(IsSpelled(nearest) ? $", whose folder is '{FolderName.Of(nearest)}'" : "")}.";
    }

    private static string Advise(string missing, IReadOnlyList<string> folders) => IsSpelled(missing)
        ? $"Call it '{FolderName.Of(missing)}': percent codes stand for what a folder's name can't hold."
        : $"The nearest folder is '{NearestName.To(missing, folders)}'.";

    private static bool IsSpelled(string className) => FolderName.Of(className) != className;
}
