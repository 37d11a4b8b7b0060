using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class ByteAlphabetTests
{
    // The letters by which GPT-2's published vocabulary is known: Ġ for a blank, Ċ for a line feed.
    [Theory]
    [InlineData(' ', 'Ġ')]
    [InlineData('\n', 'Ċ')]
    [InlineData('a', 'a')]
    [InlineData('é', 'é')]
    [InlineData('\u00ad', 'Ń')]
    public void Writes_each_byte_as_one_visible_character(char value, char expected) =>
        Assert.Equal(expected, ByteAlphabet.CharacterOf((byte)value));

    [Fact]
    public void Orders_the_visible_bytes_before_the_others()
    {
        Assert.Equal(256, ByteAlphabet.Bytes.Distinct().Count());
        Assert.Equal((byte)'!', ByteAlphabet.Bytes[0]);
        Assert.Equal(0xFF, ByteAlphabet.Bytes[187]);
        Assert.Equal(0x00, ByteAlphabet.Bytes[188]);
        Assert.Equal(0xAD, ByteAlphabet.Bytes[255]);
    }

    [Fact]
    public void Reads_back_what_it_writes() =>
        Assert.Equal([(byte)'l', 0xC3, 0xA9, (byte)' '], ByteAlphabet.ToBytes("lÃ©Ġ"));
}
