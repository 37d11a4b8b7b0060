using System.Buffers.Binary;
using BitMiracle.LibTiff.Classic;
using PromptKD.Golden;
using PromptKD.Tests.Data;
using SkiaSharp;

namespace PromptKD.Fuzz;

/// <summary>
/// Makes the valid pictures that cases begin with: files that Pillow, libheif and libavif wrote, and each way in which
/// a TIFF file may store and compress its pixels.
/// </summary>
internal static class PictureCorpus
{
    private const int Width = 24;
    private const int Height = 17;
    private const int Rows = 16;
    private const int Tile = 16;

    /// <summary>Fills <c>picture</c>, <c>tiff</c> and <c>heif</c> below a folder.</summary>
    public static void Make(string folder)
    {
        string files = Path.Combine(ProjectFolder.Root, "tests", "PromptKD.Tests", "Data", "Decoding", "Files");
        foreach (string file in Directory.EnumerateFiles(files).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file);
            string target = Path.GetExtension(name) switch
            {
                ".tif" => "tiff",
                ".heic" or ".avif" => "heif",
                ".json" or ".py" => "",
                _ => "picture",
            };

            // Of the eight orientations two: they differ in a number.
            bool isAnother = name.StartsWith("turned", StringComparison.Ordinal) && name[6] is not ('1' or '6' or '.');
            if (target.Length > 0 && !isAnother)
            {
                Write(folder, target, name, File.ReadAllBytes(file));
            }
        }

        foreach (SKEncodedImageFormat format in new[]
            { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp })
        {
            byte[] picture = TestPictures.Encode(
                Width, Height, (x, y) => new SKColor((byte)(9 * x), (byte)(13 * y), (byte)(3 * x * y)), format);
            Write(folder, "picture", $"a.{format}", picture);
        }

        foreach (string gif in Directory.EnumerateFiles(
            Path.Combine(ProjectFolder.Golden, "09-preprocess"), "*.gif", SearchOption.AllDirectories))
        {
            Write(folder, "picture", Path.GetFileName(gif), File.ReadAllBytes(gif));
        }

        AddBitmaps(folder);
        AddTiffs(folder);
    }

    private static void AddBitmaps(string folder)
    {
        // Bits, compression (0 none, 1 and 2 runs of 8 and 4 bits, 3 masks) and pixels of 4 × 4.
        (int Bits, int Compression, byte[] Pixels)[] bitmaps =
        [
            (1, 0, new byte[16]), (4, 0, new byte[16]), (8, 0, new byte[16]), (16, 0, new byte[32]),
            (24, 0, new byte[48]), (32, 0, new byte[64]), (16, 3, new byte[32]), (32, 3, new byte[64]),
            (8, 1, [4, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 1, 1, 4, 2, 0, 1]),
            (4, 2, [4, 0x12, 0, 0, 0, 4, 0x12, 0x34, 0, 2, 1, 1, 0, 1]),
        ];
        foreach ((int bits, int compression, byte[] pixels) in bitmaps)
        {
            int colours = bits <= 8 ? 1 << bits : compression == 3 ? 3 : 0;
            byte[] file = new byte[54 + (4 * colours) + pixels.Length];
            "BM"u8.CopyTo(file);
            (int Place, int Value)[] numbers =
            [
                (2, file.Length), (10, 54 + (4 * colours)), (14, 40), (18, 4), (22, 4), (26, 1 | (bits << 16)),
                (30, compression), (34, pixels.Length),
            ];
            foreach ((int place, int value) in numbers)
            {
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place), value);
            }

            uint[] masks = bits == 16 ? [0xF800, 0x7E0, 0x1F] : [0xFF0000, 0xFF00, 0xFF];
            for (int entry = 0; entry < colours; entry++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(
                    file.AsSpan(54 + (4 * entry)), compression == 3 ? masks[entry] : (uint)(entry * 0x10203));
            }

            pixels.CopyTo(file, file.Length - pixels.Length);
            Write(folder, "picture", $"b{bits}-{compression}.bmp", file);
        }
    }

    private static void AddTiffs(string folder)
    {
        foreach (Compression compression in new[]
        {
            Compression.NONE, Compression.LZW, Compression.ADOBE_DEFLATE, Compression.DEFLATE, Compression.PACKBITS,
            Compression.JPEG,
        })
        {
            AddTiff(folder, $"rgb-{compression}", 8, 3, Photometric.RGB, compression);
        }

        foreach (Compression compression in new[]
        {
            Compression.CCITTRLE, Compression.CCITTFAX3, Compression.CCITTFAX4,
        })
        {
            AddTiff(folder, $"bits-{compression}", 1, 1, Photometric.MINISWHITE, compression);
        }

        AddTiff(folder, "ycbcr", 8, 3, Photometric.YCBCR, Compression.JPEG);
        AddTiff(folder, "rgb16", 16, 3, Photometric.RGB, Compression.LZW);
        AddTiff(folder, "grey4", 4, 1, Photometric.MINISBLACK, Compression.PACKBITS);
        AddTiff(folder, "inks16", 16, 4, Photometric.SEPARATED, Compression.ADOBE_DEFLATE);
        AddTiff(folder, "planes", 8, 3, Photometric.RGB, Compression.LZW, isPlanar: true);
        AddTiff(folder, "tiles", 8, 3, Photometric.RGB, Compression.LZW, isTiled: true);
        AddTiff(folder, "tiled-jpeg", 8, 3, Photometric.YCBCR, Compression.JPEG, isTiled: true);
        AddTiff(folder, "float", 32, 1, Photometric.MINISBLACK, Compression.NONE, format: SampleFormat.IEEEFP);
    }

    private static void AddTiff(
        string folder,
        string name,
        int bits,
        int samples,
        Photometric photometric,
        Compression compression,
        bool isPlanar = false,
        bool isTiled = false,
        SampleFormat format = SampleFormat.UINT)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "tiff", name)).FullName, "a.tif");
        using Tiff tiff = Tiff.Open(path, "w");
        tiff.SetField(TiffTag.IMAGEWIDTH, Width);
        tiff.SetField(TiffTag.IMAGELENGTH, Height);
        tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
        tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
        tiff.SetField(TiffTag.SAMPLEFORMAT, format);
        tiff.SetField(TiffTag.COMPRESSION, compression);
        tiff.SetField(TiffTag.PHOTOMETRIC, photometric);
        tiff.SetField(TiffTag.PLANARCONFIG, isPlanar ? PlanarConfig.SEPARATE : PlanarConfig.CONTIG);
        if (photometric == Photometric.YCBCR)
        {
            tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
        }

        if (isTiled)
        {
            tiff.SetField(TiffTag.TILEWIDTH, Tile);
            tiff.SetField(TiffTag.TILELENGTH, Tile);
            for (int tile = 0; tile < tiff.NumberOfTiles(); tile++)
            {
                tiff.WriteEncodedTile(tile, Samples(tiff.TileSize(), tile), tiff.TileSize());
            }
        }
        else
        {
            tiff.SetField(TiffTag.ROWSPERSTRIP, Rows);
            for (int strip = 0; strip < tiff.NumberOfStrips(); strip++)
            {
                byte[] values = Samples(RowsOf(strip) * tiff.ScanlineSize(), strip);
                tiff.WriteEncodedStrip(strip, values, values.Length);
            }
        }
    }

    // Each plane has its own strips.
    private static int RowsOf(int strip) => Math.Min(Rows, Height - (strip % ((Height + Rows - 1) / Rows) * Rows));

    private static byte[] Samples(int length, int seed) =>
        [.. Enumerable.Range(0, length).Select(place => (byte)((place * 7) + (place / 24 * seed)))];

    private static void Write(string folder, string target, string name, byte[] content) => File.WriteAllBytes(
        Path.Combine(Directory.CreateDirectory(Path.Combine(folder, target, name)).FullName, name), content);
}
