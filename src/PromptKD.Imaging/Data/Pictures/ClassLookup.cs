namespace PromptKD.Data.Pictures;

/// <summary>
/// Finds the class that a folder or a shard names: regardless of case, with underscores for blanks, and with percent
/// codes where it is written as <see cref="FolderName"/> writes it.
/// </summary>
internal sealed class ClassLookup
{
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);

    /// <param name="names">Names of the classes, in the order of their labels.</param>
    /// <exception cref="PromptKDException">Two of them cannot be told apart.</exception>
    public ClassLookup(IReadOnlyList<string> names)
    {
        foreach ((int label, string name) in names.Index())
        {
            if (!_labels.TryAdd(Key(name), label))
            {
                throw new PromptKDException(
                    $"The classes '{names[_labels[Key(name)]]}' and '{name}' cannot be told apart by a folder's name.");
            }
        }
    }

    /// <summary>The label of the class that is spelled so; null where there is none.</summary>
    public int? Find(string spelling) =>
        _labels.TryGetValue(Key(spelling), out int label)
            || _labels.TryGetValue(Key(FolderName.Decode(spelling)), out label)
            ? label
            : null;

    /// <summary>What two spellings of a class have in common.</summary>
    public static string Key(string name) => WithBlanks(name).Trim().ToUpperInvariant();

    /// <summary>The name of the class of a folder, where nothing else names it.</summary>
    public static string NameOf(string folder) => FolderName.Decode(WithBlanks(folder));

    private static string WithBlanks(string name) => name.Replace('_', ' ');
}
