using PromptKD.Data.Shards;
using PromptKD.Runtime.Remote;

namespace PromptKD.Data.Pictures;

/// <summary>
/// The pictures of a folder, in the ordinal order of their paths. Pictures are the files whose name ends as
/// <see cref="PictureFile"/> says; files and folders whose name begins with a dot are passed over. In place of
/// pictures, a folder may hold shards, files of many pictures that end in .parquet or .tar; a path may be one.
/// </summary>
internal sealed class PictureFolder
{
    private PictureFolder(IReadOnlyList<PictureItem> items, IReadOnlyList<string> classNames, LeftOut leftOut)
    {
        Items = items;
        ClassNames = classNames;
        var labels = items.Select(item => item.Label).ToHashSet();
        LeftOut = leftOut with { EmptyClasses = [.. classNames.Where((_, label) => !labels.Contains(label))] };
    }

    /// <summary>The pictures, ordered by their path below the folder, compared character by character.</summary>
    public IReadOnlyList<PictureItem> Items { get; }

    /// <summary>The names of the classes, in the order of their labels; empty if nothing is labelled.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// Files that are no pictures of the set: of another kind, hidden, or beside the folders of the classes; and the
    /// classes that have no picture.
    /// </summary>
    public LeftOut LeftOut { get; }

    /// <summary>Every picture below a folder, however deep, without labels.</summary>
    /// <param name="folder">The folder, or a shard. Links are followed, but not in circles.</param>
    /// <param name="stop">Stops between files, and between the entries of shards.</param>
    /// <exception cref="PromptKDException">
    /// The folder is missing, may not be read, or holds no picture, or pictures beside shards; or a shard is damaged.
    /// </exception>
    public static PictureFolder Unlabelled(string folder, CancellationToken stop = default) =>
        Unlabelled(folder, mayBeEmpty: false, stop);

    /// <summary>As the shorter form.</summary>
    /// <param name="folder">The folder, or a shard.</param>
    /// <param name="mayBeEmpty">Whether a folder without a picture is one, too, and not a mistake.</param>
    /// <param name="stop">Stops between files, and between the entries of shards.</param>
    /// <exception cref="PromptKDException">As the shorter form.</exception>
    public static PictureFolder Unlabelled(string folder, bool mayBeEmpty, CancellationToken stop)
    {
        if (RemoteAddress.IsRemote(folder))
        {
            return OfRemote(folder, (paths, place, counter) => OfShards(paths, place, counter, stop), stop);
        }

        if (IsShard(folder))
        {
            return OfShards([folder], folder, new LeftOutCounter(), stop);
        }

        FolderFiles files = FolderFiles.Find(folder, stop);
        if (FindShards(folder, files) is { Count: > 0 } shards)
        {
            return OfShards(shards, folder, BesideShards(files), stop);
        }

        string[] pictures = [.. files.Relative.Where(PictureFile.IsPicture)];
        LeftOut leftOut = LeftOutOf(folder, files, PictureFile.IsPicture);
        return pictures.Length > 0 || mayBeEmpty
            ? new PictureFolder([.. pictures.Select(path => new PictureItem(Path.Combine(folder, path)))], [], leftOut)
            : throw Empty(folder, leftOut);
    }

    /// <summary>The pictures of a source of somebody's own, without labels.</summary>
    /// <exception cref="PromptKDException">It has none.</exception>
    /// <exception cref="ArgumentException">As <see cref="SourcePictures.Of"/>.</exception>
    public static PictureFolder Of(IPictureSource source) => SourcePictures.Of(source) is { Count: > 0 } items
        ? new PictureFolder(items, [], new LeftOut(SourcePictures.RootOf(source), new Dictionary<string, int>()))
        : throw new PromptKDException($"{SourcePictures.RootOf(source)} has no pictures.");

    /// <summary>
    /// The pictures of a folder of folders, each of which holds, however deep, those of one class; or of shards that
    /// say each picture's class.
    /// </summary>
    /// <param name="folder">The folder that holds a folder for each class, or shards; or a shard.</param>
    /// <param name="classNames">
    /// The names of the classes; labels are places in this list. A folder matches a name regardless of case and with
    /// underscores for blanks. Null takes the names of the folders, sorted, with blanks for underscores.
    /// </param>
    /// <param name="required">How many of the first classes must have a folder; null for all.</param>
    /// <param name="stop">Stops between files, and between the entries of shards.</param>
    /// <exception cref="PromptKDException">
    /// As <see cref="Unlabelled(string, CancellationToken)"/>; or a class has no folder or several, or a folder has no
    /// class, or a picture of a shard has none.
    /// </exception>
    public static PictureFolder Labelled(
        string folder,
        IReadOnlyList<string>? classNames = null,
        int? required = null,
        CancellationToken stop = default)
    {
        if (RemoteAddress.IsRemote(folder))
        {
            return OfRemote(
                folder, (paths, place, counter) => OfLabelledShards(paths, place, counter, classNames, stop), stop);
        }

        if (IsShard(folder))
        {
            return OfLabelledShards([folder], folder, new LeftOutCounter(), classNames, stop);
        }

        FolderFiles files = FolderFiles.Find(folder, stop);
        if (FindShards(folder, files) is { Count: > 0 } shards)
        {
            return OfLabelledShards(shards, folder, BesideShards(files), classNames, stop);
        }

        var classFolders = new ClassFolders(folder, files.TopFolders, classNames, required);
        PictureItem[] items =
        [
            .. files.Relative.Where(IsInClass).Select(path => LabelledItem(folder, path, classFolders)),
        ];
        LeftOut leftOut = LeftOutOf(folder, files, IsInClass);
        return items.Length > 0
            ? new PictureFolder(items, classFolders.Names, leftOut)
            : throw Empty(folder, leftOut);
    }

    private static bool IsInClass(string path) =>
        PictureFile.IsPicture(path) && path.Contains('/', StringComparison.Ordinal);

    private static LeftOut LeftOutOf(string folder, FolderFiles files, Func<string, bool> isRead)
    {
        var counter = new LeftOutCounter();
        counter.Add(files.PassedOver);
        foreach (string path in files.Relative.Where(path => !isRead(path)))
        {
            if (PictureFile.IsPicture(path))
            {
                counter.Add(LeftOutKinds.BesideClasses);
            }
            else
            {
                counter.AddFile(path);
            }
        }

        return counter.At($"'{folder}'");
    }

    private static bool IsShard(string path) => ShardFiles.IsShard(path) && File.Exists(path);

    private static List<string> FindShards(string folder, FolderFiles files)
    {
        List<string> shards =
            [.. files.Relative.Where(ShardFiles.IsShard).Select(path => Path.Combine(folder, path))];
        return shards.Count == 0 || !files.Relative.Any(PictureFile.IsPicture)
            ? shards
            : throw new PromptKDException(
                $"'{folder}' holds both pictures and shards ({ShardFiles.KnownKinds}), such as "
                + $"'{Path.GetFileName(shards[0])}'. Put the ones that are meant into a folder of their own.");
    }

    private static PictureFolder OfRemote(
        string given, Func<IReadOnlyList<string>, string, LeftOutCounter, PictureFolder> list, CancellationToken stop)
    {
        var leftOut = new LeftOutCounter();
        IReadOnlyList<string> shards = RemoteShards.Find(given, leftOut, stop);
        return list(shards, RemoteAddress.WithoutQuery(given), leftOut);
    }

    private static PictureFolder OfShards(
        IReadOnlyList<string> paths, string place, LeftOutCounter leftOut, CancellationToken stop)
    {
        var pictures = new ShardedPictures(paths, keepsLabels: false, stop);
        leftOut.Add(pictures.LeftOut);
        return new PictureFolder(pictures.Unlabelled(), [], leftOut.At($"'{place}'"));
    }

    private static PictureFolder OfLabelledShards(
        IReadOnlyList<string> paths,
        string place,
        LeftOutCounter leftOut,
        IReadOnlyList<string>? classNames,
        CancellationToken stop)
    {
        var pictures = new ShardedPictures(paths, keepsLabels: true, stop);
        leftOut.Add(pictures.LeftOut);
        IReadOnlyList<PictureItem> items = pictures.Labelled(classNames, out IReadOnlyList<string> names);
        return new PictureFolder(items, names, leftOut.At($"'{place}'"));
    }

    private static LeftOutCounter BesideShards(FolderFiles files)
    {
        var counter = new LeftOutCounter();
        counter.Add(files.PassedOver);
        foreach (string path in files.Relative.Where(path => !ShardFiles.IsShard(path)))
        {
            counter.AddFile(path);
        }

        return counter;
    }

    private static PictureItem LabelledItem(string folder, string path, ClassFolders classFolders)
    {
        int label = classFolders.LabelOf(path.Split('/')[0]);
        return new PictureItem(Path.Combine(folder, path), label, classFolders.Names[label]);
    }

    private static PromptKDException Empty(string folder, LeftOut leftOut) => new(
        $"No pictures below '{folder}': {(leftOut.Count == 0 ? "no files" : leftOut.DescribeKinds())}. What is read "
        + $"ends in {PictureFile.KnownKinds}, or is a shard ({ShardFiles.KnownKinds}).");
}
