using PromptKD.Data.Decoding;

namespace PromptKD.Tests.Data.Decoding;

public sealed class PhiloxTests
{
    /// <summary>The known answers that Random123 publishes for philox4x32 with 10 rounds.</summary>
    public static TheoryData<uint[], ulong, uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8] },
        {
            [uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue],
            ulong.MaxValue,
            [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
        },
        {
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            0x299F31D0_A4093822,
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
        },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Gives_the_published_answers(uint[] counter, ulong key, uint[] expected)
    {
        Philox.Words words = Philox.Draw(new(counter[0], counter[1], counter[2], counter[3]), key);

        Assert.Equal(new(expected[0], expected[1], expected[2], expected[3]), words);
    }
}
