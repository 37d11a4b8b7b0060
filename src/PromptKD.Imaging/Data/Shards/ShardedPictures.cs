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
    private readonly CancellationToken _stop;

    /// <param name="paths">The shards, in order.</param>
    /// <param name="keepsLabels">Whether <see cref="Labelled"/> will be asked for.</param>
    /// <param name="stop">Stops whatever reads them, now and later.</param>
    /// <exception cref="PromptKDException">One cannot be read, or there is no picture in any.</exception>
    public ShardedPictures(IReadOnlyList<string> paths, bool keepsLabels = true, CancellationToken stop = default)
    {
        _paths = paths;
        _stop = stop;
        _shards = ShardFiles.Open(paths, keepsLabels, stop);
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
        IReadOnlyList<ShardLabel?>[] labels = [.. _shards.Select(shard => shard.ReadLabels(_stop))];
        names = classNames ?? NamesOf(labels);
        var known = new ClassLookup(names);
        var items = new List<PictureItem>();
        foreach ((int number, IShard shard) in _shards.Index())
        {
            foreach ((ShardPicture picture, ShardLabel? label) in shard.Pictures.Zip(labels[number]))
            {
                PictureItem item = Item(number, picture);
                int found = LabelOf(item.Path, Resolve(item.Path, label, shard), known, names);
                items.Add(item with { Label = found, ClassName = names[found] });
            }

            // Numbers of another order than that of the names cannot be told from right ones by themselves.
            if (shard.ClassNames is null && labels[number].Any(label => label?.Number is not null))
            {
                RefuseOtherNames(shard, items[^shard.Pictures.Count..], known);
            }
        }

        return items;
    }

    private void RefuseOtherNames(IShard shard, IReadOnlyList<PictureItem> items, ClassLookup known)
    {
        foreach (TextsBesideLabels beside in shard.ReadTextsBesideLabels(_stop))
        {
            if (FindOtherName(items, beside.Texts, known) is var (item, text))
            {
                throw new PromptKDException(
                    $"{item.Path}: by its number its class is {ListedName.Show(item.ClassName!)}, but "
                    + $"'{beside.Place}' says {ListedName.Show(text)}. Numbers count the class names from 0: give "
                    + "these in the order of the numbers, or remove one of the two.");
            }
        }
    }

    // Texts are names of classes where each of them is one; else they are captions, or something else.
    private static (PictureItem Item, string Text)? FindOtherName(
        IReadOnlyList<PictureItem> items, IEnumerable<string?> texts, ClassLookup known)
    {
        (PictureItem, string)? first = null;
        try
        {
            foreach ((PictureItem item, string? text) in items.Zip(texts))
            {
                int? named = string.IsNullOrEmpty(text) ? item.Label : known.Find(text);
                if (named is null)
                {
                    return null;
                }

                first ??= named == item.Label ? null : (item, text!);
            }
        }
        catch (PromptKDException)
        {
            // They cannot be read, and the labels do without them.
            return null;
        }

        return first;
    }

    private PictureItem Item(int shard, ShardPicture picture) =>
        new($"{_paths[shard]}/{picture.Name}") { Bytes = picture.Bytes };

    private string[] NamesOf(IReadOnlyList<ShardLabel?>[] labels)
    {
        ShardLabel[] given = [.. _shards.Zip(labels)
            .SelectMany(shard => shard.Second.OfType<ShardLabel>())];
        int named = Find(shard => _shards[shard].ClassNames is not null);
        int numbered = Find(
            shard => _shards[shard].ClassNames is null && labels[shard].Any(label => label?.Number is not null));
        if (named >= 0 && numbered >= 0)
        {
            throw new PromptKDException(
                $"{_paths[numbered]}: its classes are numbers that it does not name, as {_paths[named]} does. Give the "
                + "class names.");
        }

        return named >= 0
            ? [.. _shards[named].ClassNames!]
            : numbered < 0
                ? [.. given.Select(label => label.Name).Distinct().Order(StringComparer.Ordinal)]
                : throw new PromptKDException(
                    $"{_paths[numbered]}: its classes are numbers that it does not name. Give the class names.");
    }

    private int Find(Func<int, bool> isSuch) =>
        Enumerable.Range(0, _shards.Count).FirstOrDefault(isSuch, -1);

    // A number whose name the shard knows becomes that name: the user's classes may have another order.
    private static ShardLabel? Resolve(string path, ShardLabel? label, IShard shard) => (label, shard.ClassNames) switch
    {
        ({ Number: { } number }, { } names) => number >= 0 && number < names.Count
            ? new ShardLabel(null, names[number])
            : throw new PromptKDException(
                $"{path}: its class is number {number}, but the file names {names.Count} classes, counted from 0. (-1 "
                + "often stands for a picture without a label.)"),
        _ => label,
    };

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
                $"{path}: no label. Labelled pictures have a column 'label' (parquet), or a .cls, .json or .txt file "
                + "whose name is the same up to its first dot (tar)."),
        };
}
