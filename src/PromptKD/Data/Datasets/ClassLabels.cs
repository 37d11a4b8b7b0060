namespace PromptKD.Data.Datasets;

/// <summary>Labels of the classes that a file lists: the place of each in it.</summary>
internal sealed class ClassLabels
{
    private readonly string _file;
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);

    private ClassLabels(string file) => _file = file;

    /// <summary>Reads a file with a class a line.</summary>
    /// <exception cref="PromptKDException">It is missing, or lists a class twice.</exception>
    public static ClassLabels Read(DatasetFolder folder, string list)
    {
        var labels = new ClassLabels(folder.PathOf(list));
        foreach (ListLine line in folder.ReadLines(list))
        {
            if (!labels._labels.TryAdd(line.Text, labels._labels.Count))
            {
                throw new PromptKDException(
                    $"{line.Place}: the class '{line.Text}' is listed twice. Remove one of the lines.");
            }
        }

        return labels;
    }

    /// <summary>The label of a class.</summary>
    /// <param name="key">How the data set names it.</param>
    /// <param name="place">What asks, for the message.</param>
    /// <exception cref="PromptKDException">The file does not list it.</exception>
    public int Of(string key, string place) =>
        _labels.TryGetValue(key, out int label)
            ? label
            : throw new PromptKDException(
                $"{place}: the class '{key}' is not in '{_file}'. Add it there, or mend the line.");
}
