namespace PromptKD.Data.Datasets;

/// <summary>
/// The random numbers of NumPy's <c>numpy.random</c> after <c>numpy.random.seed(seed)</c>, so far as probes draw with
/// them.
/// </summary>
/// <param name="seed">0 or more.</param>
internal sealed class NumpyRandom(int seed)
{
    private readonly MersenneTwister _words = MersenneTwister.FromSeed((uint)seed);

    /// <summary>
    /// Some of the items without putting back: <c>numpy.random.choice(items, count, replace=False)</c>.
    /// </summary>
    /// <param name="items">What is drawn from.</param>
    /// <param name="count">As many at most as there are items.</param>
    public IReadOnlyList<T> Choice<T>(IReadOnlyList<T> items, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, items.Count);
        return [.. Permutation(items.Count).Take(count).Select(place => items[place])];
    }

    /// <summary>The numbers below an end in random order: <c>numpy.random.permutation(end)</c>.</summary>
    public IReadOnlyList<int> Permutation(int end)
    {
        int[] order = [.. Enumerable.Range(0, end)];
        for (int last = end - 1; last > 0; last--)
        {
            int other = UpTo(last);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }

    // Words are cut to as many bits as the largest number has, and those that are larger are thrown away.
    private int UpTo(int largest)
    {
        uint mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount((uint)largest);
        uint value;
        do
        {
            value = _words.Next() & mask;
        }
        while (value > largest);

        return (int)value;
    }
}
