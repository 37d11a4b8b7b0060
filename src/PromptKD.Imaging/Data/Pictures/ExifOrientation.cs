using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace PromptKD.Data.Pictures;

/// <summary>
/// How a PNG or WebP picture lies, as its EXIF data counts it: 1 for upright, up to 8. It is looked for where Pillow
/// does: PNG files have it in a chunk of their own, as a text that ImageMagick writes, or in XMP.
/// </summary>
internal static partial class ExifOrientation
{
    private const int Upright = 1;
    private const int OrientationTag = 0x0112;
    private const int ShortType = 3;
    private const int EntryBytes = 12;
    private const int MaxText = 1 << 20;

    /// <summary>The orientation of a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="kind">What it holds.</param>
    public static int Of(ReadOnlySpan<byte> file, PictureKind kind) => kind switch
    {
        PictureKind.Png => OfPng(file),
        PictureKind.WebP => OfWebP(file),
        _ => Upright,
    };

    /// <summary>RIFF: chunks of a name, a length, and that many bytes, padded to an even number.</summary>
    private static int OfWebP(ReadOnlySpan<byte> file)
    {
        long place = 12;
        while (place + 8 <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)place + 4)..]);
            ReadOnlySpan<byte> data = file[((int)place + 8)..];
            if (file.Slice((int)place, 4).SequenceEqual("EXIF"u8))
            {
                return OfExif(data[..(int)Math.Min(length, (uint)data.Length)]) ?? Upright;
            }

            place += 8 + length + (length & 1);
        }

        return Upright;
    }

    /// <summary>PNG: chunks of a length, a name, that many bytes, and a checksum.</summary>
    private static int OfPng(ReadOnlySpan<byte> file)
    {
        int? fromExif = null, fromText = null, fromXmp = null;
        long place = 8;
        while (place + 12 <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)place..]);
            ReadOnlySpan<byte> name = file.Slice((int)place + 4, 4);
            ReadOnlySpan<byte> data = file[((int)place + 8)..];
            data = data[..(int)Math.Min(length, (uint)data.Length)];
            if (name.SequenceEqual("eXIf"u8))
            {
                fromExif ??= OfExif(data);
            }
            else if (name.SequenceEqual("tEXt"u8) || name.SequenceEqual("zTXt"u8))
            {
                fromText ??= OfProfile(data, isPacked: name[0] == 'z');
            }
            else if (name.SequenceEqual("iTXt"u8) && data.StartsWith("XML:com.adobe.xmp\0"u8))
            {
                fromXmp ??= Xmp().Match(Encoding.Latin1.GetString(data)) is { Success: true } match
                    ? match.Groups[1].Value[0] - '0'
                    : null;
            }

            place += 12 + (long)length;
        }

        int found = fromExif ?? fromText ?? fromXmp ?? Upright;
        return found is >= 1 and <= 8 ? found : Upright;
    }

    /// <summary>EXIF in hexadecimal, behind three lines, as ImageMagick writes it.</summary>
    private static int? OfProfile(ReadOnlySpan<byte> text, bool isPacked)
    {
        ReadOnlySpan<byte> keyword = "Raw profile type exif\0"u8;
        if (!text.StartsWith(keyword))
        {
            return null;
        }

        try
        {
            byte[] plain = isPacked ? Unpack(text[(keyword.Length + 1)..]) : text[keyword.Length..].ToArray();
            string[] lines = Encoding.Latin1.GetString(plain).Split('\n');
            return OfExif(Convert.FromHexString(string.Concat(lines.Skip(3)).Trim()));
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static byte[] Unpack(ReadOnlySpan<byte> packed)
    {
        using var stream = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        byte[] plain = new byte[MaxText];
        return plain[..stream.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The orientation in EXIF data, which is a small TIFF file; null where it says none.</summary>
    private static int? OfExif(ReadOnlySpan<byte> exif)
    {
        exif = exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        bool isBig = exif.StartsWith("MM"u8);
        if (exif.Length < 8 || !(isBig || exif.StartsWith("II"u8)))
        {
            return null;
        }

        uint start = isBig
            ? BinaryPrimitives.ReadUInt32BigEndian(exif[4..])
            : BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]);
        if (start + 2L > exif.Length)
        {
            return null;
        }

        int entries = Half(exif[(int)start..]);
        for (int entry = 0; entry < entries; entry++)
        {
            long place = start + 2L + (entry * EntryBytes);
            if (place + EntryBytes > exif.Length)
            {
                return null;
            }

            ReadOnlySpan<byte> fields = exif.Slice((int)place, EntryBytes);
            if (Half(fields) == OrientationTag)
            {
                int value = Half(fields[2..]) == ShortType ? Half(fields[8..]) : Upright;
                return value is >= 1 and <= 8 ? value : Upright;
            }
        }

        return null;

        int Half(ReadOnlySpan<byte> bytes) =>
            isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    [GeneratedRegex("tiff:Orientation(?:=\"|>)([0-9])")]
    private static partial Regex Xmp();
}
