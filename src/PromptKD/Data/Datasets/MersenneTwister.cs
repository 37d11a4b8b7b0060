namespace PromptKD.Data.Datasets;

/// <summary>
/// The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), whose words CPython and NumPy make their random
/// numbers of.
/// </summary>
internal sealed class MersenneTwister
{
    private const int StateLength = 624;
    private const int Middle = 397;
    private const uint UpperBit = 0x80000000;

    private readonly uint[] _state = new uint[StateLength];
    private int _position = StateLength;

    private MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < StateLength; i++)
        {
            _state[i] = (Mixed(i - 1) * 1812433253) + i;
        }
    }

    /// <summary>The authors' init_genrand: a state of one number, as NumPy seeds.</summary>
    public static MersenneTwister FromSeed(uint seed) => new(seed);

    /// <summary>The authors' init_by_array of one number, as CPython seeds.</summary>
    public static MersenneTwister FromKey(uint key)
    {
        var twister = new MersenneTwister(19650218);
        twister.Mix(key);
        return twister;
    }

    /// <summary>32 random bits.</summary>
    public uint Next()
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

    private void Mix(uint key)
    {
        uint i = 1;
        for (int turn = 0; turn < StateLength; turn++)
        {
            _state[i] = (_state[i] ^ (Mixed(i - 1) * 1664525)) + key;
            i = After(i);
        }

        for (int turn = 1; turn < StateLength; turn++)
        {
            _state[i] = (_state[i] ^ (Mixed(i - 1) * 1566083941)) - i;
            i = After(i);
        }

        _state[0] = UpperBit;
    }

    private uint Mixed(uint i) => _state[i] ^ (_state[i] >> 30);

    /// <summary>
    /// The place behind <paramref name="i"/>; after the last comes 1, and 0 takes the value of the last.
    /// </summary>
    private uint After(uint i)
    {
        if (i + 1 < StateLength)
        {
            return i + 1;
        }

        _state[0] = _state[StateLength - 1];
        return 1;
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
