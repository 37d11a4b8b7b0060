using System.Numerics;

namespace PromptKD.Data.Datasets;

/// <summary>
/// The random numbers of CPython's module <c>random</c>: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998)
/// and what CPython makes of its words. The published few-shot sets are what these give for seeds 1, 2 and 3.
/// </summary>
internal sealed class PythonRandom
{
    private const int StateLength = 624;
    private const int Middle = 397;
    private const uint UpperBit = 0x80000000;

    // Up to this many candidates sample() keeps a list of what is left; above it remembers what it took.
    private const int SmallPool = 21;

    private readonly uint[] _state = new uint[StateLength];
    private int _position = StateLength;

    /// <summary>The generator after <c>random.seed(seed)</c>; the sign of the seed does not count.</summary>
    public PythonRandom(int seed)
    {
        FillBySeed(19650218);
        uint key = (uint)Math.Abs((long)seed);
        uint i = 1;
        for (int turn = 0; turn < StateLength; turn++)
        {
            _state[i] = (_state[i] ^ (Mixed(i - 1) * 1664525)) + key;
            i = Next(i);
        }

        for (int turn = 1; turn < StateLength; turn++)
        {
            _state[i] = (_state[i] ^ (Mixed(i - 1) * 1566083941)) - i;
            i = Next(i);
        }

        _state[0] = UpperBit;
    }

    /// <summary>A number of 53 random bits in [0, 1): <c>random.random()</c>.</summary>
    public double Double()
    {
        uint high = Word() >> 5, low = Word() >> 6;
        return ((high * 67108864.0) + low) * (1.0 / 9007199254740992.0);
    }

    /// <summary>A number of up to 32 random bits: <c>random.getrandbits(bits)</c>.</summary>
    public uint Bits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 32);
        return Word() >> (32 - bits);
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

    private void FillBySeed(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < StateLength; i++)
        {
            _state[i] = (Mixed(i - 1) * 1812433253) + i;
        }
    }

    private uint Mixed(uint i) => _state[i] ^ (_state[i] >> 30);

    /// <summary>
    /// The place behind <paramref name="i"/>; after the last comes 1, and 0 takes the value of the last.
    /// </summary>
    private uint Next(uint i)
    {
        if (i + 1 < StateLength)
        {
            return i + 1;
        }

        _state[0] = _state[StateLength - 1];
        return 1;
    }

    private uint Word()
    {
        if (_position == StateLength)
        {
            Twist();
        }

        uint word = _state[_position++];
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c5680;
        word ^= (word << 15) & 0xefc60000;
        return word ^ (word >> 18);
    }

    private void Twist()
    {
        for (int i = 0; i < StateLength; i++)
        {
            uint joined = (_state[i] & UpperBit) | (_state[(i + 1) % StateLength] & ~UpperBit);
            uint odd = (joined & 1) == 0 ? 0 : 0x9908b0df;
            _state[i] = _state[(i + Middle) % StateLength] ^ (joined >> 1) ^ odd;
        }

        _position = 0;
    }
}
