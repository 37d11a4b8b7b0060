namespace PromptKD.Fuzz;

/// <summary>A valid input of one reader: one file, or the files of a folder.</summary>
/// <param name="name">Its folder, relative to that of all.</param>
/// <param name="files">Contents by relative path.</param>
internal sealed class Sample(string name, Dictionary<string, byte[]> files)
{
    private readonly Dictionary<string, byte[]> _placed = [];

    /// <summary>Contents by relative path.</summary>
    public Dictionary<string, byte[]> Files => files;

    /// <summary>Reads the inputs of a target.</summary>
    /// <param name="corpus">The folder that <see cref="Corpus"/> filled.</param>
    /// <param name="target">Name of the target.</param>
    public static Sample[] ReadAll(string corpus, string target) =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(corpus, target)).Order(StringComparer.Ordinal)
            .Select(folder => new Sample(
                Path.Combine(target, Path.GetFileName(folder)),
                Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                    .ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllBytes))),
    ];

    /// <summary>Where the files lie for the reader.</summary>
    public string FolderIn(string root) => Path.Combine(root, name);

    /// <summary>Writes those files that are not there as they should be.</summary>
    /// <param name="root">The worker's folder.</param>
    /// <param name="contents">What is to lie there; the others are those of the sample.</param>
    public void Place(string root, Dictionary<string, byte[]> contents)
    {
        string folder = FolderIn(root);
        bool isNew = !Directory.Exists(folder);
        foreach ((string file, byte[] content) in contents)
        {
            string path = Path.Combine(folder, file);
            if (isNew || !File.Exists(path) || !ReferenceEquals(content, _placed.GetValueOrDefault(path)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
                _placed[path] = content;
            }
        }
    }
}
