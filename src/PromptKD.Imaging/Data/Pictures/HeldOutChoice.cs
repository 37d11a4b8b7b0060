using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PromptKD.Data.Pictures;

/// <summary>
/// Which pictures of a folder are held out. Each is drawn by itself, by the seed and its own bytes: neither its name
/// nor the other pictures matter, two copies of one picture are on the same side, and a run that goes on, with more
/// pictures or fewer, never measures what it learned from before.
/// </summary>
internal static class HeldOutChoice
{
    /// <summary>Pictures that are held out at least, as the share expects: fewer measure nothing well.</summary>
    public const int Fewest = 20;

    /// <summary>
    /// Pictures that are held out at most: more measure nothing better, and are missed by the student. A share is
    /// lowered to what gives as many, which alone depends on the number of pictures.
    /// </summary>
    public const int Most = 10_000;

    /// <summary>Chooses.</summary>
    /// <param name="lines">
    /// A line a picture, as a <see cref="PictureList"/> has them: its last column is its digest.
    /// </param>
    /// <param name="share">How many of all, 0 (none) to 1.</param>
    /// <param name="seed">Of the run.</param>
    /// <returns>Places in <paramref name="lines"/>, in order; none where too few would be held out.</returns>
    public static IEnumerable<int> Of(IReadOnlyList<string> lines, double share, int seed) =>
        lines.Count * share < Fewest
            ? []
            : lines.Index()
                .Where(line => Draw(line.Item[(line.Item.LastIndexOf('\t') + 1)..], seed)
                    < Math.Min(share, (double)Most / lines.Count))
                .Select(line => line.Index);

    // 0 to 1, evenly spread.
    private static double Draw(string digest, int seed)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"held out\n{seed}\n{digest}");
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return BinaryPrimitives.ReadUInt64BigEndian(hash) / Math.Pow(2, 64);
    }
}
