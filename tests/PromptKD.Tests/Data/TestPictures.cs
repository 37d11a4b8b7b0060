using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace PromptKD.Tests.Data;

/// <summary>Makes picture files whose pixels a test can name.</summary>
internal static class TestPictures
{
    /// <summary>The pixels of a PNG file, colour by colour: what a test draws is what a decoder must find.</summary>
    public static byte[] Png(int width, int height, Func<int, int, SKColor> colour) =>
        Encode(width, height, colour, SKEncodedImageFormat.Png);

    /// <summary>A PNG file whose header claims more pixels than it has.</summary>
    public static byte[] Claiming(int width, int height)
    {
        byte[] bytes = Gradient(8, 8);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }

    /// <summary>A picture file of any format; JPEG changes the pixels a little.</summary>
    public static byte[] Encode(
        int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }

        using SKData data = bitmap.Encode(format, quality: 100);
        return data.ToArray();
    }

    /// <summary>
    /// A JPEG file with an Exif segment behind its first two bytes that says orientation 6 (Exif 2.3, sections 4.5.4
    /// and 4.6.2).
    /// </summary>
    public static byte[] Turned(byte[] jpeg)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>A PNG file of 16-bit grey (PNG, third edition, sections 5.3 and 11.2).</summary>
    public static byte[] Grey16(int width, int height, Func<int, int, ushort> level)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 16;
        using var packed = new MemoryStream();
        using (var rows = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                rows.WriteByte(0); // The row's filter: none.
                for (int x = 0; x < width; x++)
                {
                    rows.Write([(byte)(level(x, y) >> 8), (byte)level(x, y)]);
                }
            }
        }

        byte[] signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
        return [.. signature, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>The checksum of a PNG chunk's type and data.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint remainder = uint.MaxValue;
        foreach (byte value in bytes)
        {
            remainder ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                remainder = (remainder & 1) == 0 ? remainder >> 1 : (remainder >> 1) ^ 0xEDB88320;
            }
        }

        return ~remainder;
    }

    /// <summary>A PNG file of one grey level.</summary>
    public static byte[] Grey(byte level, int width = 8, int height = 8) =>
        Png(width, height, (_, _) => new SKColor(level, level, level));

    /// <summary>A PNG file in which no two views look alike.</summary>
    public static byte[] Gradient(int width, int height) =>
        Png(width, height, (x, y) => new SKColor((byte)(7 * x), (byte)(11 * y), (byte)(5 * x * y)));

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] typed = [.. type, .. data];
        byte[] length = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32(typed));
        return [.. length, .. typed, .. sum];
    }
}
