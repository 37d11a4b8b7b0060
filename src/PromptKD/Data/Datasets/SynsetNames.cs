namespace PromptKD.Data.Datasets;

/// <summary>
/// The file <c>classnames.txt</c> of ImageNet and its variants: lines of a synset, which is the name of a folder, and a
/// name of the class.
/// </summary>
internal sealed class SynsetNames
{
    /// <summary>Name of the file, in the data set's folder.</summary>
    public const string FileName = "classnames.txt";

    private readonly string _file;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    private SynsetNames(string file) => _file = file;

    /// <summary>The synsets, in the order of the file.</summary>
    public List<string> Synsets { get; } = [];

    /// <summary>Reads the file of a data set.</summary>
    /// <exception cref="PromptKDException">It is missing, or a line is not a synset and a name.</exception>
    public static SynsetNames Read(DatasetFolder folder)
    {
        var names = new SynsetNames(folder.PathOf(FileName));
        foreach ((string line, string place) in folder.ReadLines(FileName))
        {
            int end = line.IndexOf(' ', StringComparison.Ordinal);
            if (end < 0 || !names._names.TryAdd(line[..end], line[(end + 1)..].Trim()))
            {
                throw new PromptKDException(
                    $"{place}: '{line}'. Expected a synset, a blank and a name, each synset once.");
            }

            names.Synsets.Add(line[..end]);
        }

        return names;
    }

    /// <summary>The name of a class.</summary>
    /// <exception cref="PromptKDException">The file does not list it.</exception>
    public string Of(string synset) =>
        _names.TryGetValue(synset, out string? name)
            ? name
            : throw new PromptKDException(
                $"{_file}: no line for the folder '{synset}'. Add one, or remove the folder.");
}
