using System.Numerics;

namespace PromptKD.Data.Datasets;

/// <summary>
/// The random numbers of CPython's module <c>random</c>: the <see cref="MersenneTwister"/> and what CPython makes of
/// its words. The published few-shot sets are what these give for seeds 1, 2 and 3.
/// </summary>
internal sealed class PythonRandom
{
    // Up to this many candidates sample() keeps a list of what is left; above it remembers what it took.
    private const int SmallPool = 21;

    private readonly MersenneTwister _words;

    /// <summary>The generator after <c>random.seed(seed)</c>; the sign of the seed does not count.</summary>
    public PythonRandom(int seed) => _words = MersenneTwister.FromKey((uint)Math.Abs((long)seed));

    /// <summary>A number of 53 random bits in [0, 1): <c>random.random()</c>.</summary>
    public double Double()
    {
        uint high = _words.Next() >> 5, low = _words.Next() >> 6;
        return ((high * 67108864.0) + low) * (1.0 / 9007199254740992.0);
    }

    /// <summary>A number of up to 32 random bits: <c>random.getrandbits(bits)</c>.</summary>
    public uint Bits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 32);
        return _words.Next() >> (32 - bits);
    }

    /// <summary>A whole number spread evenly over [0, end).</summary>
    public int Below(int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(end);
        int bits = 32 - BitOperations.LeadingZeroCount((uint)end);
        uint value;
        do
        {
            value = Bits(bits);
        }
        while (value >= end);

        return (int)value;
    }

    /// <summary>Brings a list into random order: <c>random.shuffle(items)</c>.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (int last = items.Count - 1; last > 0; last--)
        {
            int other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>Draws without putting back: <c>random.sample(items, count)</c>.</summary>
    public IReadOnlyList<T> Sample<T>(IReadOnlyList<T> items, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, items.Count);
        int pool = SmallPool;
        if (count > 5)
        {
            pool += (int)Math.Pow(4, Math.Ceiling(Math.Log(count * 3L) / Math.Log(4)));
        }

        return items.Count <= pool ? SampleFromPool(items, count) : SampleByRejection(items, count);
    }

    private T[] SampleFromPool<T>(IReadOnlyList<T> items, int count)
    {
        T[] left = [.. items];
        var drawn = new T[count];
        for (int i = 0; i < count; i++)
        {
            int place = Below(left.Length - i);
            drawn[i] = left[place];
            left[place] = left[left.Length - i - 1];
        }

        return drawn;
    }

    private T[] SampleByRejection<T>(IReadOnlyList<T> items, int count)
    {
        HashSet<int> taken = [];
        var drawn = new T[count];
        for (int i = 0; i < count; i++)
        {
            int place = Below(items.Count);
            while (!taken.Add(place))
            {
                place = Below(items.Count);
            }

            drawn[i] = items[place];
        }

        return drawn;
    }
}
