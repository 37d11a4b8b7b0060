using System.Buffers.Binary;

namespace PromptKD.Models.Weights.Zip;

/// <summary>The directory at the end of a zip, which is read as a whole: looked at before that, for its size.</summary>
/// <remarks>PKWARE's APPNOTE.TXT 6.3.3, sections 4.3.14 to 4.3.16.</remarks>
internal static class ZipDirectory
{
    // About 50,000 entries; the largest checkpoints have some thousand. An entry takes some hundred bytes of memory.
    private const int MaxBytes = 4 << 20;

    private const int EndLength = 22;
    private const int MaxComment = ushort.MaxValue;
    private const int StartPlace = 16;
    private const int LocatorLength = 20;
    private const int LocatorPlace = 8;
    private const int LargeStartPlace = 48;

    /// <summary>Refuses a directory of more entries than any checkpoint has.</summary>
    /// <param name="stream">The file. It is left somewhere else.</param>
    /// <exception cref="InvalidDataException">It is larger.</exception>
    public static void RefuseLarge(Stream stream)
    {
        byte[] end = Read(stream, Math.Max(0, stream.Length - EndLength - MaxComment), EndLength + MaxComment);
        int place = end.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (place < 0 || place + EndLength > end.Length)
        {
            // Whoever reads it says what is wrong.
            return;
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(place + StartPlace));
        if (start == uint.MaxValue && place >= LocatorLength)
        {
            long large = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(place - LocatorLength + LocatorPlace));
            byte[] record = Read(stream, Math.Clamp(large, 0, stream.Length), LargeStartPlace + sizeof(long));
            start = record.Length == LargeStartPlace + sizeof(long)
                ? BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(LargeStartPlace))
                : start;
        }

        if (stream.Length - start > MaxBytes && start >= 0 && start <= stream.Length)
        {
            throw new InvalidDataException(
                $"its directory has up to {stream.Length - start} bytes, at most {MaxBytes} are read.");
        }
    }

    private static byte[] Read(Stream stream, long position, int length)
    {
        byte[] bytes = new byte[Math.Min(length, stream.Length - position)];
        stream.Position = position;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
