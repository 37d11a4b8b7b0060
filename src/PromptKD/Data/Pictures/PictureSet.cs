using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The pictures of a run.</summary>
/// <param name="Items">The pictures, in the order in which they are numbered.</param>
/// <param name="Digest">Tells this set from every other: paths, sizes and contents.</param>
internal sealed record PictureSet(IReadOnlyList<PictureItem> Items, string Digest)
{
    /// <summary>Those of <see cref="Items"/> that could not be read when they were hashed.</summary>
    public IReadOnlyList<SkippedPicture> Unreadable { get; init; } = [];

    /// <summary>Refuses a set of which a picture cannot be read, where each of them is to be.</summary>
    /// <param name="strict">DISTILL.STRICT.</param>
    /// <exception cref="PromptKDException">One cannot.</exception>
    public void RefuseUnreadable(bool strict)
    {
        if (strict && Unreadable is [SkippedPicture first, ..])
        {
            throw new PromptKDException($"{first.Path}: {first.Reason}. Repair or remove the file.");
        }
    }

    /// <summary>Hashes the pictures of a folder, and warns of those that cannot be read.</summary>
    /// <param name="folder">The folder; paths in the digest are relative to it.</param>
    /// <param name="items">Its pictures.</param>
    /// <param name="memory">Knows digests of files that have not changed; saved, also where hashing is stopped.</param>
    /// <param name="observer">Is told that it begins, how far it is, and which pictures cannot be read.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="PromptKDException">The memory cannot be written.</exception>
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

        PictureDigest digest;
        try
        {
            var progress = new HashingProgress(observer, TimeProvider.System);
            digest = PictureDigest.Compute(folder, items, memory, progress.Report, cancellation);
        }
        finally
        {
            memory.Save();
        }

        foreach (SkippedPicture picture in digest.Unreadable)
        {
            observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }

        return new PictureSet(items, digest.Digest) { Unreadable = digest.Unreadable };
    }
}
