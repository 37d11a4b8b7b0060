using System.Buffers.Binary;
using PromptKD.Data.Decoding;
using PromptKD.Golden;
using SkiaSharp;

namespace PromptKD.Tests.Data.Decoding;

public sealed class PictureDecoderTests
{
    // Files that Pillow wrote, from the golden set.
    private static readonly string s_images = Path.Combine(ProjectFolder.Golden, "09-preprocess", "images");

    [Fact]
    public void Drops_transparency_without_blending()
    {
        byte[] file = TransparentRed();

        using PictureDecoder decoder = PictureDecoder.Open(file);
        using PixelBuffer pixels = decoder.Decode();

        Assert.Equal([200, 0, 0], pixels.Bytes[..3].ToArray());
    }

    [Fact]
    public void Gives_transparent_gif_pixels_the_colour_of_their_palette_entry()
    {
        // One pixel of palette entry 0, (255, 0, 7), which a graphic control block makes transparent.
        byte[] file =
        [
            .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 7, 0, 0, 0,
            0x21, 0xFE, 2, 65, 66, 0, // a comment, to be stepped over
            0x21, 0xF9, 4, 1, 0, 0, 0, 0,
            0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
        ];

        using PictureDecoder decoder = PictureDecoder.Open(file);
        using PixelBuffer pixels = decoder.Decode();

        Assert.Equal([255, 0, 7], pixels.Bytes[..3].ToArray());
    }

    [Theory]
    [InlineData("rgb_landscape.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("rgb_portrait.png")]
    [InlineData("gray16.png")]
    [InlineData("palette.gif")]
    [InlineData("odd_sizes.bmp")]
    [InlineData("lossless.webp")]
    public void Refuses_a_file_cut_anywhere_before_the_end_of_its_pixels(string name)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(s_images, name));
        byte[] whole = Decode(file);

        foreach (int length in Enumerable.Range(0, 40).Select(part => file.Length * part / 40))
        {
            Assert.Throws<InvalidDataException>(() => Decode(file.AsSpan(0, length)));
        }

        foreach (int length in Enumerable.Range(file.Length - 32, 32))
        {
            // What comes after the last pixel may be missing.
            byte[]? decoded = DecodeOrNull(file.AsSpan(0, length));
            Assert.True(decoded is null || decoded.SequenceEqual(whole), $"partial pixels at {length} bytes");
        }
    }

    [Fact]
    public void Refuses_a_header_that_claims_a_huge_picture_without_allocating_it()
    {
        byte[] file = TestPictures.Grey(0);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), 100_000);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), 100_000);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), TestPictures.Crc32(file.AsSpan(12, 17)));
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<InvalidDataException>(() => PictureDecoder.Open(file));

        Assert.Equal("100000×100000 pixels are more than the limit of 178956970", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Accepts_a_picture_at_the_limit_but_not_above()
    {
        byte[] file = TestPictures.Grey(0, width: 10, height: 7);

        PictureDecoder.Open(file, new DecodingRules { MaxPixels = 70 }).Dispose();

        Assert.Throws<InvalidDataException>(() => PictureDecoder.Open(file, new DecodingRules { MaxPixels = 69 }));
    }

    [Fact]
    public void Says_what_is_wrong_with_a_file_that_is_no_picture()
    {
        var empty = Assert.Throws<InvalidDataException>(() => PictureDecoder.Open([]));
        var text = Assert.Throws<InvalidDataException>(() => PictureDecoder.Open("<html>404</html>"u8));

        Assert.Equal("the file is empty", empty.Message);
        Assert.StartsWith(
            "not a JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC or AVIF picture", text.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1, 80, 60)] // 640 × 480 at 1/8
    [InlineData(0.125, 80, 60)]
    [InlineData(0.2, 160, 120)]
    [InlineData(0.5, 320, 240)]
    [InlineData(0.6, 640, 480)]
    [InlineData(2, 640, 480)]
    public void Reduces_jpeg_files_to_a_power_of_two_that_is_large_enough(double scale, int width, int height)
    {
        using PictureDecoder decoder = PictureDecoder.Open(
            File.ReadAllBytes(Path.Combine(s_images, "large_downscale.jpg")));

        Assert.Equal((width, height), decoder.ReducedSize(scale));
        decoder.Decode(width, height).Dispose();
    }

    [Fact]
    public void Never_reduces_other_files()
    {
        using PictureDecoder decoder = PictureDecoder.Open(TestPictures.Grey(0, width: 100, height: 90));

        Assert.Equal((100, 90), decoder.ReducedSize(0.1));
    }

    private static byte[] Decode(ReadOnlySpan<byte> file)
    {
        using PictureDecoder decoder = PictureDecoder.Open(file);
        using PixelBuffer pixels = decoder.Decode();
        return pixels.Bytes[..(pixels.Height * pixels.RowBytes)].ToArray();
    }

    private static byte[]? DecodeOrNull(ReadOnlySpan<byte> file)
    {
        try
        {
            return Decode(file);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[] TransparentRed()
    {
        using var bitmap = new SKBitmap(4, 4, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.Erase(new SKColor(200, 0, 0, 10));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
