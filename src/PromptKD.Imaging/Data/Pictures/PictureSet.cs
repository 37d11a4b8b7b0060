using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The pictures of a run.</summary>
/// <param name="Items">The pictures, in the order in which they are numbered.</param>
/// <param name="Digest">Tells this set from every other: paths, sizes and contents.</param>
internal sealed record PictureSet(IReadOnlyList<PictureItem> Items, string Digest)
{
    private const int ReasonsShown = 3;

    private readonly HashSet<int> _unreadable = [];
    private HashSet<int> _heldOut = [];

    private PictureSet(IReadOnlyList<PictureItem> items, PictureDigest digest)
        : this([.. items.Zip(digest.Stamps, (item, stamp) => item with { Hashed = stamp })], digest.Digest)
    {
        List = digest.List;
        Unreadable = [.. digest.Unreadable.Select(picture => picture.Value)];
        _unreadable = [.. digest.Unreadable.Select(picture => picture.Key)];
    }

    /// <summary>
    /// Tells this set from every other, whatever its pictures are called: sizes and contents, in order.
    /// </summary>
    public string ContentDigest => List?.ContentDigest ?? Digest;

    /// <summary>Those of <see cref="Items"/> that could not be read, or decoded, when they were hashed.</summary>
    public IReadOnlyList<SkippedPicture> Unreadable { get; init; } = [];

    /// <summary>
    /// Those that are never learned from, and measured instead: places in <see cref="Items"/>, in order.
    /// </summary>
    public IReadOnlyList<int> HeldOut { get; private init; } = [];

    /// <summary>What the digest is of; null where nothing was hashed.</summary>
    public PictureList? List { get; }

    /// <summary>How many pictures can be read.</summary>
    public int ReadableCount => Items.Count - Unreadable.Count;

    /// <summary>How many pictures there are to learn from.</summary>
    public int LearnedCount => ReadableCount - HeldOut.Count;

    /// <summary>An order without the pictures that cannot be read: all epochs leave out the same.</summary>
    /// <param name="order">Places in <see cref="Items"/>.</param>
    public IReadOnlyList<int> OnlyReadable(IReadOnlyList<int> order) =>
        _unreadable.Count == 0 ? order : [.. order.Where(place => !_unreadable.Contains(place))];

    /// <summary>An order without those, and without the pictures that are held out.</summary>
    /// <param name="order">Places in <see cref="Items"/>.</param>
    public IReadOnlyList<int> OnlyLearned(IReadOnlyList<int> order) =>
        HeldOut.Count == 0 ? OnlyReadable(order) : [.. OnlyReadable(order).Where(place => !_heldOut.Contains(place))];

    /// <summary>The same pictures, some of which are held out.</summary>
    /// <param name="share">As <see cref="HeldOutChoice.Of"/>.</param>
    /// <param name="seed">Of the run.</param>
    public PictureSet HoldOut(double share, int seed)
    {
        int[] heldOut = List is null
            ? []
            : [.. HeldOutChoice.Of([.. List.Lines], share, seed).Where(place => !_unreadable.Contains(place))];
        return this with { HeldOut = heldOut, _heldOut = [.. heldOut] };
    }

    /// <summary>Refuses a set of which a picture cannot be read, where each of them is to be.</summary>
    /// <param name="strict">DISTILL.STRICT.</param>
    /// <exception cref="PromptKDException">One cannot.</exception>
    public void RefuseUnreadable(bool strict) => RefuseUnreadable(Unreadable, strict);

    /// <summary>
    /// Decodes pictures that are measured on once, and names those that cannot be read before anything is learned.
    /// </summary>
    /// <param name="folder">The folder that they lie in.</param>
    /// <param name="items">The pictures; may be none.</param>
    /// <param name="strict">Whether one that cannot be read is refused.</param>
    /// <param name="memory">Remembers what was found whole.</param>
    /// <param name="observer">Is told that it begins, how far it is, and which pictures cannot be read.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="PromptKDException">One cannot be read, where each is to be.</exception>
    public static IReadOnlyList<SkippedPicture> NameUnreadable(
        string folder,
        IReadOnlyList<PictureItem> items,
        bool strict,
        DigestMemory memory,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        if (items.Count == 0)
        {
            return [];
        }

        observer.OnPhase($"Looking at {Counted.Of(items.Count, "picture")} to measure on");
        PictureDigest digest = Compute(folder, items, memory, observer, cancellation);
        SkippedPicture[] unreadable = [.. digest.Unreadable.Select(picture => picture.Value)];
        RefuseUnreadable(unreadable, strict);
        SkippedPictures.Warn(observer, unreadable);
        EmptiedClasses.Warn(items, unreadable, "measured", observer);
        RivalLabels.Warn(items, digest.List.Lines, observer);
        return unreadable;
    }

    /// <summary>
    /// Hashes the pictures of a folder, decodes each of them once, and warns of those that cannot be read.
    /// </summary>
    /// <param name="folder">The folder; paths in the digest are relative to it.</param>
    /// <param name="items">Its pictures.</param>
    /// <param name="memory">Knows digests of files that have not changed; saved, also where hashing is stopped.</param>
    /// <param name="observer">Is told that it begins, how far it is, and which pictures cannot be read.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="PromptKDException">None can be read, or the memory cannot be written.</exception>
    public static PictureSet Hash(
        string folder,
        IReadOnlyList<PictureItem> items,
        DigestMemory memory,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        if (items.Count > 0)
        {
            observer.OnPhase($"Hashing {Counted.Of(items.Count, "picture")}");
        }

        PictureDigest digest = Compute(folder, items, memory, observer, cancellation);
        var pictures = new PictureSet(items, digest);
        if (items.Count > 0 && pictures.ReadableCount == 0)
        {
            throw new PromptKDException(
                $"{SkippedPictures.NoneOf(items.Count)}: "
                + $"{SkippedPictures.Describe(pictures.Unreadable.Take(ReasonsShown))}.");
        }

        SkippedPictures.Warn(observer, pictures.Unreadable);
        EmptiedClasses.Warn(items, pictures.Unreadable, "learned", observer);
        RivalLabels.Warn(items, digest.List.Lines, observer);
        return pictures;
    }

    private static PictureDigest Compute(
        string folder,
        IReadOnlyList<PictureItem> items,
        DigestMemory memory,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        try
        {
            var progress = new HashingProgress(observer, TimeProvider.System);
            return PictureDigest.Compute(folder, items, memory, checks: true, progress.Report, cancellation);
        }
        finally
        {
            memory.Save();
        }
    }

    private static void RefuseUnreadable(IReadOnlyList<SkippedPicture> unreadable, bool strict)
    {
        if (strict && unreadable is [SkippedPicture first, ..])
        {
            throw new PromptKDException(
                $"{first.Path}: {first.Reason}. Repair or remove the file"
                + (unreadable.Count == 1 ? "." : $", and {unreadable.Count - 1} more that cannot be read."));
        }
    }
}
