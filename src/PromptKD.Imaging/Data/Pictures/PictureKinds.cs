using System.Buffers.Binary;
using System.Text;

namespace PromptKD.Data.Pictures;

/// <summary>Tells what a file holds from its first bytes, whatever its name says.</summary>
internal static class PictureKinds
{
    private const int BrandBytes = 4;
    private const int FirstBrand = 8;

    // Brands of ISO/IEC 23008-12 (HEIF), annex B, and of the AV1 image file format, section 8.
    private static readonly string[] s_heic =
        ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"];

    private static readonly string[] s_avif = ["avif", "avis"];

    /// <summary>What a file holds.</summary>
    /// <param name="file">The file, or its first 64 bytes at least.</param>
    public static PictureKind Of(ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, 0xFF, ..] => PictureKind.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => PictureKind.Png,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => PictureKind.Gif,
        [(byte)'B', (byte)'M', ..] => PictureKind.Bmp,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] =>
            PictureKind.WebP,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => PictureKind.Tiff,
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => OfBrands(file),
        _ => PictureKind.Other,
    };

    /// <summary>A kind as its users call it.</summary>
    public static string NameOf(PictureKind kind) => kind switch
    {
        PictureKind.WebP => "WebP",
        PictureKind.Other => "unknown",
        _ => kind.ToString().ToUpperInvariant(),
    };

    /// <summary>What a file is that holds no picture of a known kind, in words; null where nobody can tell.</summary>
    /// <param name="file">As in <see cref="Of"/>.</param>
    public static string? Describe(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> text = file.TrimStart(" \t\r\n\uFEFF"u8);
        return file switch
        {
            _ when text.StartsWith("<svg"u8) || text.StartsWith("<?xml"u8) => "an SVG or XML file",
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "a video",
            _ when text.StartsWith("<"u8) => "a web page: was the download refused?",
            _ when file.StartsWith("%PDF"u8) => "a PDF document",
            _ when file.StartsWith("8BPS"u8) => "a Photoshop document",
            _ when file.StartsWith("version https://git-lfs"u8) =>
                "a Git LFS pointer: fetch the file with git lfs pull",
            _ when file.StartsWith("PK\x03\x04"u8) => "a ZIP archive",
            [0, 0, 0, 12, (byte)'j', (byte)'P', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => "a JPEG 2000 picture",
            [0, 0, 0, 12, (byte)'J', (byte)'X', ..] or [0xFF, 0x0A, ..] => "a JPEG XL picture",
            _ when file.Length > 0 && file.IndexOfAnyExcept((byte)0) < 0 => "nothing but zeros",
            _ => null,
        };
    }

    /// <summary>
    /// The kind of a file of ISO's base media format: its first box lists what it is compatible with.
    /// </summary>
    private static PictureKind OfBrands(ReadOnlySpan<byte> file)
    {
        int end = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file), (uint)file.Length);
        var kind = PictureKind.Other;
        for (int place = FirstBrand; place + BrandBytes <= end; place += BrandBytes)
        {
            string brand = Encoding.Latin1.GetString(file.Slice(place, BrandBytes));
            if (s_avif.Contains(brand))
            {
                return PictureKind.Avif;
            }

            kind = s_heic.Contains(brand) ? PictureKind.Heic : kind;
        }

        return kind;
    }
}
