namespace PromptKD.Data.Datasets;

/// <summary>One row of the <see cref="DatasetCatalog"/>.</summary>
public sealed record DatasetEntry
{
    internal DatasetEntry(IDatasetReader reader) => Reader = reader;

    /// <summary>The name in Dassl's spelling: the value of DATASET.NAME.</summary>
    public required string Name { get; init; }

    /// <summary>Name of its file in <c>configs/datasets</c>, without the extension.</summary>
    public required string Config { get; init; }

    /// <summary>Its folder below DATASET.ROOT.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder of its pictures below <see cref="Folder"/>; empty where that is the folder itself.</summary>
    public required string Images { get; init; }

    /// <summary>The prompt of the zero-shot baseline; {} stands for the class name.</summary>
    public string Template { get; init; } = "a photo of a {}.";

    /// <summary>Number of its classes.</summary>
    public required int Classes { get; init; }

    /// <summary>What the paper counts; null for the variants of ImageNet, which it does not list.</summary>
    public DatasetCounts? Counts { get; init; }

    /// <summary>Number of its pictures, for sets that are made for tests only.</summary>
    public int? TestPictures { get; init; }

    /// <summary>Its official page.</summary>
    public required Uri Home { get; init; }

    /// <summary>
    /// Name of the file that says which picture belongs to which part, below <see cref="Folder"/>; null where the
    /// data set's own files or folders say it.
    /// </summary>
    public string? SplitFile => (Reader as SplitFileReader)?.FileName;

    /// <summary>Where its class names come from, in words.</summary>
    public string ClassNames => Reader.ClassNames;

    /// <summary>
    /// The data set's own files that it is read from, below <see cref="Folder"/>, beside the pictures. Where there is
    /// a <see cref="SplitFile"/>, they are only needed to build that. None: the folders of the pictures say it all.
    /// </summary>
    public IReadOnlyList<string> Sources => Reader.Sources;

    /// <summary>Whether it is made for tests only: nothing of it is set aside for training.</summary>
    public bool IsTestOnly => Reader is NumberedFolders or SynsetFolders { IsTestOnly: true };

    /// <summary>Whether its split file is one of CoOp's: those have its author's name.</summary>
    public bool HasPapersSplit => SplitFile?.StartsWith("split_zhou_", StringComparison.Ordinal) == true;

    /// <summary>How it is read.</summary>
    internal IDatasetReader Reader { get; }

    /// <summary>Reads all pictures with their labels, from shards where it lies in some.</summary>
    /// <param name="root">DATASET.ROOT.</param>
    /// <param name="random">Divides the pictures where no file does.</param>
    /// <param name="warn">Told what is odd, but can be done without; null for nobody.</param>
    /// <param name="say">Receives what Dassl's programs print; null for nobody.</param>
    /// <param name="stop">Stops between files and folders.</param>
    /// <exception cref="PromptKDException">Something of it is missing, or says nothing that can be used.</exception>
    internal DatasetSplit Read(
        string root,
        PythonRandom random,
        Action<string>? warn = null,
        Action<string>? say = null,
        CancellationToken stop = default)
    {
        DatasetFolder folder = Below(root) with { Warn = warn ?? (_ => { }), Say = say ?? (_ => { }), Stop = stop };
        DatasetSplit split = ShardSplit.Exists(folder) ? ShardSplit.Read(folder) : Reader.Read(folder, random);
        split = split.Validation is [] ? split with { Validation = null } : split; // Nothing is set aside.
        return split.LeftOut is null ? split with { LeftOut = BesidePictures.Of(folder, split) } : split;
    }

    /// <summary>Where it lies.</summary>
    /// <param name="root">DATASET.ROOT.</param>
    internal DatasetFolder Below(string root) =>
        new(this, Path.GetFullPath(Path.Combine(root, Folder)), Path.GetFullPath(Path.Combine(root, Folder, Images)));
}
