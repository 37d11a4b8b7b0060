using PromptKD.Data.Decoding;
using SkiaSharp;

namespace PromptKD.Tests.Data.Decoding;

public sealed class PictureCheckTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Finds_what_decoding_finds_wherever_a_file_is_cut(SKEncodedImageFormat format)
    {
        byte[] whole = TestPictures.Encode(
            64, 48, (x, y) => new SKColor((byte)(7 * x), (byte)(11 * y), (byte)(5 * x * y)), format);

        PictureCheck.Refuse(whole);
        for (int length = 0; length < whole.Length; length += 7)
        {
            byte[] cut = whole[..length];
            Assert.Equal(ReasonOf(() => Decode(cut)), ReasonOf(() => PictureCheck.Refuse(cut)));
        }

        Assert.Equal(
            "the file is cut short: only part of the picture can be decoded",
            ReasonOf(() => PictureCheck.Refuse(whole.AsSpan(0, whole.Length / 2))));
    }

    [Fact]
    public void Refuses_what_is_no_picture_and_what_claims_to_be_huge()
    {
        byte[] huge = TestPictures.Grey(1);
        huge[16] = huge[20] = 0x7F; // The highest bytes of width and height (PNG specification, section 11.2.1).

        Assert.Equal("the file is empty", ReasonOf(() => PictureCheck.Refuse([])));
        Assert.StartsWith("not a JPEG", ReasonOf(() => PictureCheck.Refuse("hello"u8)), StringComparison.Ordinal);
        Assert.NotNull(ReasonOf(() => PictureCheck.Refuse(huge)));
    }

    private static void Decode(byte[] file)
    {
        using PictureDecoder decoder = PictureDecoder.Open(file);
        decoder.Decode().Dispose();
    }

    private static string? ReasonOf(Action check) => Record.Exception(check) is { } error
        ? Assert.IsType<InvalidDataException>(error).Message
        : null;
}
