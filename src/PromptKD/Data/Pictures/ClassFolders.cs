using PromptKD.Configuration;

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

        Names = classNames ?? [.. folders.Select(WithBlanks).DistinctBy(Key)];
        Dictionary<string, int> known = LabelsByKey(Names);
        var folderOf = new Dictionary<int, string>();
        foreach (string folder in folders)
        {
            if (!known.TryGetValue(Key(folder), out int label))
            {
                throw new PromptKDException(
                    $"No class for the folder '{Path.Combine(parent, folder)}'. "
                    + $"The nearest class is '{NearestName.To(folder, Names)}'.");
            }

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
                $"No folder in '{parent}' for the class '{missing}'. "
                + $"The nearest folder is '{NearestName.To(missing, folders)}'.");
        }
    }

    /// <summary>Names of the classes, in the order of their labels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The label of the pictures in a folder.</summary>
    public int LabelOf(string folder) => _labels[folder];

    /// <summary>The label of each class, under its <see cref="Key"/>.</summary>
    /// <exception cref="PromptKDException">Two classes have one key.</exception>
    internal static Dictionary<string, int> LabelsByKey(IReadOnlyList<string> names)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((int label, string name) in names.Index())
        {
            if (!labels.TryAdd(Key(name), label))
            {
                throw new PromptKDException(
                    $"The classes '{names[labels[Key(name)]]}' and '{name}' cannot be told apart by a folder's name.");
            }
        }

        return labels;
    }

    /// <summary>What two spellings of a class have in common: case and underscores do not count.</summary>
    internal static string Key(string name) => WithBlanks(name).Trim().ToUpperInvariant();

    private static string WithBlanks(string name) => name.Replace('_', ' ');
}
