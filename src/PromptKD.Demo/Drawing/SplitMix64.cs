namespace PromptKD.Demo.Drawing;

/// <summary>
/// A short stream of random numbers for one picture: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Every picture
/// has its own stream, so a picture depends on its seed and number only, not on which thread draws it, or when.
/// </summary>
/// <param name="state">The generator's 64 bits of state.</param>
public sealed class SplitMix64(ulong state)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private ulong _state = state;

    /// <summary>The stream of one picture.</summary>
    /// <param name="seed">Names a set of pictures.</param>
    /// <param name="number">The picture's number in the set.</param>
    public static SplitMix64 For(long seed, long number) => new(Mix(Mix((ulong)seed) + (ulong)number));

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Increment);

    /// <summary>A whole number in [0, <paramref name="count"/>), uniform.</summary>
    /// <param name="count">Positive.</param>
    public int Below(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>), uniform in steps of 2⁻²⁴.</summary>
    public float Uniform(float low, float high) => low + ((high - low) * ((NextBits() >> 40) / (float)(1 << 24)));

    /// <summary>
    /// A number of mean 0 and deviation 1, nearly normal: the sum of four uniform numbers of 16 bits. Whole numbers
    /// make it the same on every machine, and several times faster than a logarithm and a cosine.
    /// </summary>
    public float Normal()
    {
        const float Mean = 2 * 65535f;
        const float Deviation = 37837.23f; // 65536 · √(4 / 12)
        ulong bits = NextBits();
        ulong sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (sum - Mean) / Deviation;
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
