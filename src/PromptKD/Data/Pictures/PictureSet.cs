using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The unlabelled pictures of a run: what they are, and how they are prepared.</summary>
/// <param name="Items">The pictures, in the order in which they are numbered.</param>
/// <param name="Digest">Tells this set from every other: paths, sizes and contents.</param>
/// <param name="Preprocessing">How they are prepared.</param>
internal sealed record PictureSet(IReadOnlyList<PictureItem> Items, string Digest, Preprocessing Preprocessing)
{
    /// <summary>Hashes the pictures of a folder.</summary>
    /// <param name="folder">The folder; paths in the digest are relative to it.</param>
    /// <param name="items">Its pictures.</param>
    /// <param name="preprocessing">How they are prepared.</param>
    /// <param name="observer">Is told that it begins.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="PromptKDException">A file cannot be read.</exception>
    public static PictureSet Hash(
        string folder,
        IReadOnlyList<PictureItem> items,
        Preprocessing preprocessing,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        if (items.Count > 0)
        {
            observer.OnPhase($"Hashing {items.Count} pictures");
        }

        return new PictureSet(items, PictureDigest.Compute(folder, items, cancellation), preprocessing);
    }
}
