using PromptKD.Data.Pictures;
using PromptKD.Text.Names;

namespace PromptKD.Data.Shards;

/// <summary>
/// The pictures of one or more shards: those of the first shard first, in the order in which they lie there.
/// </summary>
internal sealed class ShardedPictures
{
    private readonly IReadOnlyList<string> _paths;
    private readonly IReadOnlyList<IShard> _shards;

    /// <param name="paths">The shards, in order.</param>
    /// <exception cref="PromptKDException">One cannot be read, or there is no picture in any.</exception>
    public ShardedPictures(IReadOnlyList<string> paths)
    {
        _paths = paths;
        _shards = ShardFiles.Open(paths);
        foreach (IShard shard in _shards)
        {
            LeftOut.Add(shard.LeftOut);
        }

        if (_shards.All(shard => shard.Pictures.Count == 0))
        {
            LeftOut none = LeftOut.At(paths[0]);
            throw new PromptKDException(
                $"No pictures in {(paths.Count == 1 ? $"'{paths[0]}'" : $"'{paths[0]}' and {paths.Count - 1} more")}: "
                + $"{(none.Count == 0 ? "no entries" : none.DescribeKinds())}. What is read ends in "
                + $"{PictureFile.KnownKinds}.");
        }
    }

    /// <summary>Entries that are no pictures, and say nothing of one.</summary>
    public LeftOutCounter LeftOut { get; } = new();

    /// <summary>The pictures without labels.</summary>
    public IReadOnlyList<PictureItem> Unlabelled() =>
    [
        .. _shards.Index().SelectMany(shard => shard.Item.Pictures.Select(picture => Item(shard.Index, picture))),
    ];

    /// <summary>The pictures with labels.</summary>
    /// <param name="classNames">
    /// The names of the classes; labels are places in this list. A shard's name of a class matches regardless of case
    /// and with underscores for blanks; a number that no shard names is the place itself. Null takes the shards' names.
    /// </param>
    /// <param name="names">The names of the classes, in the order of their labels.</param>
    /// <exception cref="PromptKDException">A picture has no label, or one that is no class.</exception>
    public IReadOnlyList<PictureItem> Labelled(IReadOnlyList<string>? classNames, out IReadOnlyList<string> names)
    {
        IReadOnlyList<ShardLabel?>[] labels = [.. _shards.Select(shard => shard.ReadLabels())];
        names = classNames ?? NamesOf(labels);
        var known = new ClassLookup(names);
        var items = new List<PictureItem>();
        foreach ((int number, IShard shard) in _shards.Index())
        {
            foreach ((ShardPicture picture, ShardLabel? label) in shard.Pictures.Zip(labels[number]))
            {
                PictureItem item = Item(number, picture);
                int found = LabelOf(item.Path, Resolve(label, shard), known, names);
                items.Add(item with { Label = found, ClassName = names[found] });
            }
        }

        return items;
    }

    private PictureItem Item(int shard, ShardPicture picture) =>
        new($"{_paths[shard]}/{picture.Name}") { Bytes = picture.Bytes };

    private string[] NamesOf(IReadOnlyList<ShardLabel?>[] labels)
    {
        ShardLabel[] given = [.. _shards.Zip(labels)
            .SelectMany(shard => shard.Second.OfType<ShardLabel>().Select(label => Resolve(label, shard.First)!))];
        return _shards.Select(shard => shard.ClassNames).FirstOrDefault(names => names is not null)?.ToArray()
            ?? (given.All(label => label.Number is null)
                ? [.. given.Select(label => label.Name).Distinct().Order(StringComparer.Ordinal)]
                : throw new PromptKDException(
                    $"{_paths[0]}: its classes are numbers that it does not name. Give the class names."));
    }

    // A number whose name the shard knows becomes that name: the user's classes may have another order.
    private static ShardLabel? Resolve(ShardLabel? label, IShard shard) =>
        label is { Number: { } number } && shard.ClassNames is { } names && number >= 0 && number < names.Count
            ? new ShardLabel(null, names[number])
            : label;

    private static int LabelOf(
        string path, ShardLabel? label, ClassLookup known, IReadOnlyList<string> names) => label switch
        {
            { Number: { } number } when number >= 0 && number < names.Count => number,
            { Number: { } number } => throw new PromptKDException(
                $"{path}: its class is number {number}, but there are {names.Count} classes, counted from 0."),
            { Name: { Length: > 0 } name } => known.Find(name)
                ?? throw new PromptKDException(
                    $"{path}: no class '{name}'. The nearest class is '{NearestName.To(name, names)}'."),
            _ => throw new PromptKDException(
                $"{path}: no label. Labelled pictures have a column 'label' (parquet), or a .cls, .json or .txt file of "
                + "the same name (tar)."),
        };
}
