namespace PromptKD.Data.Decoding;

/// <summary>
/// The counter-based generator Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
/// a function of a 128-bit counter and a 64-bit key, so that any number of any stream is drawn without those before.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const ulong FirstMultiplier = 0xD2511F53;
    private const ulong SecondMultiplier = 0xCD9E8D57;

    // The golden ratio and the square root of three, less one: the steps of the two halves of the key.
    private const uint FirstStep = 0x9E3779B9;
    private const uint SecondStep = 0xBB67AE85;

    /// <summary>Four random words.</summary>
    /// <param name="counter">Which four.</param>
    /// <param name="key">The seed; its low half is the paper's first key word.</param>
    public static Words Draw(Words counter, ulong key)
    {
        (uint a, uint b, uint c, uint d) = counter;
        uint firstKey = (uint)key;
        uint secondKey = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong first = FirstMultiplier * a;
            ulong second = SecondMultiplier * c;
            (a, b, c, d) = (
                (uint)(second >> 32) ^ b ^ firstKey,
                (uint)second,
                (uint)(first >> 32) ^ d ^ secondKey,
                (uint)first);
            firstKey += FirstStep;
            secondKey += SecondStep;
        }

        return new Words(a, b, c, d);
    }

    /// <summary>Four 32-bit words.</summary>
    internal readonly record struct Words(uint A, uint B, uint C, uint D);
}
