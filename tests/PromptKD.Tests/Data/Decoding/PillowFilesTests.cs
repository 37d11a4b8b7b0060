using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Decoders;
using PromptKD.Golden;

namespace PromptKD.Tests.Data.Decoding;

/// <summary>Files that Pillow, libheif and libavif wrote; <c>Files/make.py</c> says how, and what Pillow makes of them.
/// </summary>
public sealed class PillowFilesTests
{
    private const int Size = 8;

    private static readonly string s_folder =
        Path.Combine(ProjectFolder.Root, "tests", "PromptKD.Tests", "Data", "Decoding", "Files");

    private static readonly JsonElement s_expected =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(s_folder, "expected.json"))).RootElement;

    private static readonly DecodingRules s_upright = new() { Upright = true };

    public PillowFilesTests() => ExtraDecoders.Register();

    public static TheoryData<string> Names => [.. s_expected.EnumerateObject().Select(file => file.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_the_pixels_that_Pillow_has(string name)
    {
        JsonElement expected = s_expected.GetProperty(name);

        using PictureDecoder decoder = PictureDecoder.Open(Bytes(name), s_upright);
        byte[] rgb = Rgb(decoder);

        Assert.Equal(
            (expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()),
            (decoder.Width, decoder.Height));
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(rgb)));
    }

    [Fact]
    public void A_cut_heic_is_called_one_in_words_that_name_no_file_of_the_decoders_own()
    {
        using PictureDecoder decoder = PictureDecoder.Open(Bytes("phone.heic").AsSpan(0, 900).ToArray());

        var damage = Assert.Throws<InvalidDataException>(() => Rgb(decoder));

        Assert.StartsWith("a damaged HEIC or AVIF picture, ", damage.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('`', damage.Message);
        Assert.DoesNotContain('/', damage.Message);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    public void Is_as_stored_unless_asked_and_says_how_it_lies(string kind)
    {
        for (int number = 1; number <= 8; number++)
        {
            using PictureDecoder turned = PictureDecoder.Open(Bytes($"turned{number}.{kind}"));
            using PictureDecoder first = PictureDecoder.Open(Bytes($"turned1.{kind}"));

            Assert.Equal(number, turned.Orientation);
            Assert.Equal(Rgb(first), Rgb(turned));
        }
    }

    [Fact]
    public void A_view_of_a_turned_picture_is_a_box_of_what_is_seen_also_at_a_reduced_scale()
    {
        for (int number = 1; number <= 8; number++)
        {
            var file = new FileBytes(Path.Combine(s_folder, $"turned{number}.jpg"));
            (int Width, int Height) seen = default;
            View TopLeft(int width, int height)
            {
                seen = (width, height);
                return new View(0, 0, width / 2, height / 2, Flip: false);
            }

            float[] exact = Read(file, TopLeft, isReduced: false);
            float[] reduced = Read(file, TopLeft, isReduced: true);

            Assert.Equal(number > 4 ? (104, 160) : (160, 104), seen);
            Assert.NotEqual(exact, reduced);

            // Numbers of 0 to 1: a reduced scale changes a level by few of 255.
            Assert.InRange(exact.Zip(reduced).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 3 / 255f);
        }
    }

    [Theory]
    [InlineData("grey16.png")]
    [InlineData("grey16.tif")]
    public void Sixteen_bits_of_grey_are_clipped_or_scaled(string name)
    {
        using PictureDecoder clipped = PictureDecoder.Open(Bytes(name));
        using PictureDecoder scaled = PictureDecoder.Open(Bytes(name), new DecodingRules { ScaleGrey16 = true });

        // The file has 0, 200, 300 and 65535.
        Assert.Equal(16, clipped.BitDepth);
        Assert.Equal([0, 200, 255, 255], Rgb(clipped).Where((_, place) => place % 3 == 0));
        Assert.Equal([0, 0, 1, 255], Rgb(scaled).Where((_, place) => place % 3 == 0));
    }

    [Theory]
    [InlineData("phone.heic", PictureKind.Heic, 64, 48)]
    [InlineData("turned.avif", PictureKind.Avif, 48, 64)]
    public void Heic_and_avif_lie_as_their_file_says_whatever_is_asked(
        string name, PictureKind kind, int width, int height)
    {
        using PictureDecoder decoder = PictureDecoder.Open(Bytes(name));
        using PictureDecoder upright = PictureDecoder.Open(Bytes(name), s_upright);
        byte[] rgb = Rgb(decoder);

        Assert.Equal((kind, width, height, 1), (decoder.Kind, decoder.Width, decoder.Height, decoder.Orientation));
        Assert.Equal(rgb, Rgb(upright));

        // What was drawn is dark red-green at the top left, with much blue; a turn to the left brings it to the bottom.
        int corner = kind == PictureKind.Heic ? 0 : (height - 1) * width * 3;
        Assert.InRange(rgb[corner], 0, 40);
        Assert.InRange(rgb[corner + 1], 0, 40);
        Assert.InRange(rgb[corner + 2], 200, 255);
    }

    [Theory]
    [InlineData("phone.heic")]
    [InlineData("turned.avif")]
    [InlineData("cmyk.tif")]
    [InlineData("palette.tif")]
    [InlineData("turned6.tif")]
    public void A_file_that_is_cut_or_changed_is_refused_or_decoded_and_nothing_else(string name)
    {
        byte[] file = Bytes(name);
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. file[..(file.Length - (round % 2 * file.Length * round / 80))]];
            damaged[(round * 7919) % damaged.Length] ^= (byte)(1 << (round % 8));
            try
            {
                using PictureDecoder decoder = PictureDecoder.Open(damaged, new DecodingRules { MaxPixels = 1 << 20 });
                Rgb(decoder);
            }
            catch (InvalidDataException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG")]
    [InlineData("%PDF-1.7", "PDF")]
    [InlineData("push graphic-context\nimage over 0,0 0,0 'https://example.org/x.png'", "not a JPEG")]
    public void What_is_no_picture_never_reaches_ImageMagick(string content, string said)
    {
        var error = Assert.Throws<InvalidDataException>(
            () => PictureDecoder.Open(Encoding.ASCII.GetBytes(content)));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(s_folder, name));

    private static byte[] Rgb(PictureDecoder decoder)
    {
        using PixelBuffer pixels = decoder.Decode();
        byte[] bytes = pixels.Bytes[..(pixels.Width * pixels.Height * PixelBuffer.PixelBytes)].ToArray();
        return [.. bytes.Where((_, place) => place % PixelBuffer.PixelBytes < 3)];
    }

    private static float[] Read(FileBytes file, Func<int, int, View> view, bool isReduced)
    {
        var preprocessing = new Preprocessing
        {
            Size = Size,
            Upright = true,
            Mean = new Rgb(0, 0, 0),
            Std = new Rgb(1, 1, 1),
        };
        var reader = new PictureReader([preprocessing]) { ReducedJpegScale = isReduced };
        float[] pixels = new float[3 * Size * Size];
        reader.Read(file, view, _ => pixels);
        return pixels;
    }
}
