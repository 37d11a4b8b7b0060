using PromptKD.Data.Decoding;
using PromptKD.Inference;
using PromptKD.Tests.Data;
using SkiaSharp;

namespace PromptKD.Tests.Inference;

/// <summary>A picture is the same numbers, however a program has it.</summary>
public sealed class InputReaderTests
{
    private const int Width = 7;
    private const int Height = 5;

    private static readonly Preprocessing s_preprocessing = new() { Size = 6 };

    /// <summary>How each layout orders a colour, 255 for its opacity.</summary>
    public static TheoryData<PixelLayout, int[]> Layouts => new()
    {
        { PixelLayout.Rgb, [0, 1, 2] },
        { PixelLayout.Bgr, [2, 1, 0] },
        { PixelLayout.Rgba, [0, 1, 2, 3] },
        { PixelLayout.Bgra, [2, 1, 0, 3] },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Decoded_pixels_are_those_of_the_file(PixelLayout layout, int[] order)
    {
        const int Gap = 3;
        int rowBytes = (Width * order.Length) + Gap;
        byte[] pixels = new byte[Height * rowBytes];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                SKColor colour = Colour(x, y);
                byte[] channels = [colour.Red, colour.Green, colour.Blue, 17];
                for (int place = 0; place < order.Length; place++)
                {
                    pixels[(y * rowBytes) + (x * order.Length) + place] = channels[order[place]];
                }
            }
        }

        Assert.Equal(
            Read(PictureInput.FromBytes(TestPictures.Png(Width, Height, Colour))),
            Read(PictureInput.FromPixels(pixels.AsMemory(0, pixels.Length - Gap), Width, Height, layout, rowBytes)));
    }

    [Fact]
    public void Grey_pixels_are_those_of_the_file()
    {
        byte[] pixels = [.. Enumerable.Range(0, Width * Height).Select(place => (byte)(place * 7))];

        Assert.Equal(
            Read(PictureInput.FromBytes(TestPictures.Png(Width, Height, (x, y) => Grey(pixels[(y * Width) + x])))),
            Read(PictureInput.FromPixels(pixels, Width, Height, PixelLayout.Grey)));

        static SKColor Grey(byte level) => new(level, level, level);
    }

    [Fact]
    public void A_stream_is_read_from_where_it_stands_and_stays_open()
    {
        byte[] file = TestPictures.Png(Width, Height, Colour);
        using var stream = new MemoryStream([1, 2, 3, .. file]) { Position = 3 };

        Assert.Equal(Read(PictureInput.FromBytes(file)), Read(PictureInput.FromStream(stream)));
        Assert.True(stream.CanRead);
    }

    [Fact]
    public void Files_are_turned_upright_where_that_is_asked_for()
    {
        byte[] jpeg = TestPictures.Encode(
            40, 20, (x, _) => x < 20 ? SKColors.Red : SKColors.Blue, SKEncodedImageFormat.Jpeg);
        PictureInput turned = PictureInput.FromBytes(TestPictures.Turned(jpeg));

        float[] stored = Read(turned);
        float[] upright = Read(turned, s_preprocessing with { Upright = true });

        // Orientation 6 is seen a quarter clockwise: what was left lies on top.
        const int Size = 6;
        Assert.True(stored[Size * 2] > stored[(Size * 2) + Size - 1] + 1);
        Assert.True(upright[2] > upright[(Size * (Size - 1)) + 2] + 1);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, -1, 0)]
    [InlineData(2, 1, 5)]
    public void Sizes_that_cannot_be_meant_are_refused(int width, int height, int rowBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PictureInput.FromPixels(new byte[100], width, height, PixelLayout.Rgb, rowBytes));

    [Fact]
    public void Pixels_that_are_not_there_are_refused() => Assert.Throws<ArgumentException>(
        () => PictureInput.FromPixels(new byte[11], 2, 2, PixelLayout.Rgb));

    private static SKColor Colour(int x, int y) => new((byte)(30 * x), (byte)(50 * y), (byte)(11 * x * y));

    private static float[] Read(PictureInput input, Preprocessing? preprocessing = null)
    {
        var reader = new InputReader(preprocessing ?? s_preprocessing, new ClassifierOptions());
        float[] values = new float[reader.Values];
        reader.Read(input, values, TestContext.Current.CancellationToken);
        return values;
    }
}
