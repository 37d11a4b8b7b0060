namespace PromptKD.Data.Decoding;

/// <summary>
/// The numbers of one stream of <see cref="Philox"/>. Streams with another purpose or other coordinates share none.
/// </summary>
/// <remarks>
/// Block n of a stream is the counter (n, purpose, first, second). A word w gives the fraction w / 2³². Whole numbers
/// are the high half of w × end, without bias: words whose low half is below 2³² mod end are drawn again (Lemire,
/// "Fast random integer generation in an interval", 2019).
/// </remarks>
internal sealed class RandomStream(long seed, RandomPurpose purpose, int first, int second) : IRandomNumbers
{
    private Philox.Words _words;
    private uint _drawn;

    /// <inheritdoc/>
    public double Uniform(double from, double to) => from + ((to - from) * (NextWord() / 4294967296.0));

    /// <inheritdoc/>
    public double LogUniform(double from, double to) => Math.Exp(Uniform(Math.Log(from), Math.Log(to)));

    /// <inheritdoc/>
    public int Below(int end)
    {
        uint range = (uint)end;
        uint refused = unchecked(0 - range) % range;
        ulong product;
        do
        {
            product = (ulong)NextWord() * range;
        }
        while ((uint)product < refused);

        return (int)(product >> 32);
    }

    private uint NextWord()
    {
        uint place = _drawn % 4;
        if (place == 0)
        {
            _words = Philox.Draw(new(_drawn / 4, (uint)purpose, (uint)first, (uint)second), (ulong)seed);
        }

        _drawn++;
        return place switch
        {
            0 => _words.A,
            1 => _words.B,
            2 => _words.C,
            _ => _words.D,
        };
    }
}

/// <summary>What a stream is for. Numbers are part of what a seed means: never reuse one.</summary>
internal enum RandomPurpose
{
    /// <summary>A view of a picture: coordinates are the picture and the view.</summary>
    View = 1,

    /// <summary>The order of an epoch: coordinates are the epoch and 0.</summary>
    Order = 2,

    /// <summary>Which pictures a map shows, and where they begin: coordinates are 0 or 1, and 0.</summary>
    Map = 3,

    /// <summary>A drawn picture: coordinates are its number, and 0.</summary>
    Picture = 4,

    /// <summary>What is added to a picture's features: coordinates are the picture and the epoch.</summary>
    Noise = 5,
}
