using System.Buffers.Binary;

namespace PromptKD.Data.Pictures;

/// <summary>
/// What the decoder cannot be told about PNG files: to keep both bytes of 16-bit grey, and to pass over what is no
/// picture.
/// </summary>
/// <remarks>
/// Places are those of the PNG specification (third edition), sections 5.2 and 11.2.1: an 8-byte signature, then the
/// header chunk: length, "IHDR", width, height, bit depth, colour type, three more bytes, and a checksum.
/// </remarks>
internal static class PngHeader
{
    private const ulong Signature = 0x89504E470D0A1A0A;
    private const int TypePlace = 12;
    private const int BitDepthPlace = 24;
    private const int ColourTypePlace = 25;
    private const int ChecksumPlace = 29;
    private const int Length = 33;
    private const int SignatureLength = 8;
    private const int ChunkFrame = 12;
    private const int TypeInChunk = 4;
    private const int LargestAside = 1 << 20;
    private const byte Grey = 0;
    private const byte GreyWithAlpha = 4;

    /// <summary>Whether a file is a PNG picture of 16 bits of grey a pixel.</summary>
    public static bool IsGrey16(ReadOnlySpan<byte> file) =>
        file.Length >= Length
        && BinaryPrimitives.ReadUInt64BigEndian(file) == Signature
        && file[BitDepthPlace] == 16
        && file[ColourTypePlace] == Grey;

    /// <summary>
    /// Bits of each channel, or of each palette entry's number, of a PNG file; 8 where it has no header.
    /// </summary>
    public static int BitDepth(ReadOnlySpan<byte> file) => file.Length >= Length ? file[BitDepthPlace] : 8;

    /// <summary>
    /// The same picture, relabelled as 8 bits of grey and 8 of alpha. Both kinds store two bytes a pixel and filter
    /// them alike, so that the high byte of each number arrives as grey, and the low one as alpha.
    /// </summary>
    public static byte[] AsGreyWithAlpha(ReadOnlySpan<byte> file)
    {
        byte[] relabelled = file.ToArray();
        relabelled[BitDepthPlace] = 8;
        relabelled[ColourTypePlace] = GreyWithAlpha;
        BinaryPrimitives.WriteUInt32BigEndian(
            relabelled.AsSpan(ChecksumPlace),
            Checksum(relabelled.AsSpan(TypePlace, ChecksumPlace - TypePlace)));
        return relabelled;
    }

    /// <summary>
    /// The same picture without large chunks that no pixel depends on, such as texts. The decoder gathers a chunk in
    /// pieces of 4 KiB, and copies all of it for each: minutes for 50 MB of text.
    /// </summary>
    /// <param name="file">Any picture.</param>
    /// <returns>The file itself where it is no PNG picture, or has none of them.</returns>
    public static ReadOnlySpan<byte> WithoutAsides(ReadOnlySpan<byte> file)
    {
        if (file.Length < Length || BinaryPrimitives.ReadUInt64BigEndian(file) != Signature)
        {
            return file;
        }

        var kept = new List<Range>();
        int begin = 0, place = SignatureLength;
        while (file.Length - place >= ChunkFrame
            && BinaryPrimitives.ReadUInt32BigEndian(file[place..]) is var length
            && length <= file.Length - place - ChunkFrame)
        {
            int end = place + ChunkFrame + (int)length;
            if (length > LargestAside && char.IsAsciiLetterLower((char)file[place + TypeInChunk]))
            {
                kept.Add(begin..place);
                begin = end;
            }

            place = end;
        }

        if (kept.Count == 0)
        {
            return file;
        }

        var rest = new MemoryStream();
        foreach (Range range in kept.Append(begin..file.Length))
        {
            rest.Write(file[range]);
        }

        return rest.GetBuffer().AsSpan(0, (int)rest.Length);
    }

    /// <summary>CRC-32, bit by bit: it runs over 17 bytes.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        const uint Polynomial = 0xEDB88320;
        uint remainder = uint.MaxValue;
        foreach (byte value in bytes)
        {
            remainder ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                remainder = (remainder >> 1) ^ ((remainder & 1) == 1 ? Polynomial : 0);
            }
        }

        return ~remainder;
    }
}
