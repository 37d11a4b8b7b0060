using PromptKD.Data.Decoding;

namespace PromptKD.Data.Loading;

/// <summary>The order in which an epoch visits the pictures.</summary>
internal static class EpochOrder
{
    /// <summary>First to last, as evaluation does.</summary>
    /// <param name="count">Number of pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static IReadOnlyList<int> Sequential(int count) => [.. Enumerable.Range(0, count)];

    /// <summary>
    /// A random order of 0 … count − 1 that depends on nothing but the arguments: an epoch is drawn without those
    /// before it, so that a run resumes anywhere.
    /// </summary>
    /// <remarks>
    /// Every order is equally likely (Fisher–Yates, from the last place down) up to the quality of Philox4x32-10, whose
    /// key is the seed and whose counter is (block, 2, epoch, 0).
    /// </remarks>
    /// <param name="count">Number of pictures.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="count"/> or <paramref name="epoch"/> is negative.
    /// </exception>
    public static IReadOnlyList<int> Shuffled(int count, long seed, int epoch) => Grouped(count, count, seed, epoch);

    /// <summary>
    /// As <see cref="Shuffled"/>, but the pictures of a group come before those of the next, and are mixed among each
    /// other alone.
    /// </summary>
    /// <param name="count">Number of pictures.</param>
    /// <param name="group">Number of pictures of a group; of one as large as all, the order is that of all.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="count"/> or <paramref name="epoch"/> is negative.
    /// </exception>
    public static IReadOnlyList<int> Grouped(int count, int group, long seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        int[] order = [.. Enumerable.Range(0, count)];
        var random = new RandomStream(seed, RandomPurpose.Order, epoch, second: 0);
        for (int last = count - 1; last > 0; last--)
        {
            int first = last / group * group;
            int other = first + random.Below(last + 1 - first);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}
