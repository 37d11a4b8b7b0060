using System.Buffers.Binary;

namespace PromptKD.Data.Decoding;

/// <summary>What the head of a BMP file says, as far as Pillow reads such files.</summary>
/// <remarks>
/// Places are those of Microsoft's BITMAPFILEHEADER (14 bytes) and BITMAPINFOHEADER to BITMAPV5HEADER, and of OS/2's
/// BITMAPCOREHEADER (12 bytes).
/// </remarks>
internal sealed record BmpHeader
{
    private const int FileHeader = 14;
    private const int CoreHeader = 12;
    private const int MasksPlace = FileHeader + 40;
    private const int MasksLength = 16;
    private const int HeaderWithMasks = 108;
    private const int GrowingPalette = 65_536;

    private static readonly int[] s_headers = [CoreHeader, 40, 64, HeaderWithMasks, 124];

    /// <summary>How pixels are stored.</summary>
    public enum Storage
    {
        /// <summary>One after the other.</summary>
        Plain,

        /// <summary>Runs of equal bytes.</summary>
        Runs8,

        /// <summary>Runs of half bytes.</summary>
        Runs4,
    }

    /// <summary>Width, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Whether the first row is the upper one.</summary>
    public required bool IsTopDown { get; init; }

    /// <summary>Bits of a pixel.</summary>
    public required int Bits { get; init; }

    /// <summary>How pixels are stored.</summary>
    public required Storage Compression { get; init; }

    /// <summary>Which bits are red, green and blue, of 16 and 32; zeros for the usual ones.</summary>
    public required (uint Red, uint Green, uint Blue) Masks { get; init; }

    /// <summary>Where the pixels begin.</summary>
    public required int Pixels { get; init; }

    /// <summary>The colours of a palette: red, green, blue, and a fourth byte, for each.</summary>
    public required byte[] Palette { get; init; }

    /// <summary>Bytes of a row of plain pixels.</summary>
    public long RowBytes => (((long)Width * Bits) + 31) / 32 * 4;

    /// <summary>Reads the head.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>Null for a variant that Pillow does not read, or a damaged head.</returns>
    public static BmpHeader? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeader + CoreHeader)
        {
            return null;
        }

        uint offset = Number(file, 10);
        int size = (int)Math.Min(Number(file, FileHeader), int.MaxValue);
        if (!s_headers.Contains(size) || file.Length < FileHeader + size)
        {
            return null;
        }

        bool isCore = size == CoreHeader;
        int height = isCore ? Half(file, 20) : (int)Number(file, 22);
        int bits = Half(file, isCore ? 24 : 28);
        uint compression = isCore ? 0 : Number(file, 30);
        uint colours = isCore ? 0 : Number(file, 46);
        bool hasMasks = compression == 3;
        int paletteAt = FileHeader + size + (hasMasks && size < HeaderWithMasks ? 12 : 0);
        if (!IsKnown(bits, compression) || (hasMasks && file.Length < MasksPlace + MasksLength))
        {
            return null;
        }

        colours = colours == 0 ? 1u << Math.Min(bits, 16) : colours;
        var header = new BmpHeader
        {
            Width = isCore ? Half(file, 18) : (int)Number(file, 18),
            Height = height < 0 ? -height : height,
            IsTopDown = height < 0,
            Bits = bits,
            Compression = compression switch { 1 => Storage.Runs8, 2 => Storage.Runs4, _ => Storage.Plain },
            Masks = hasMasks
                ? (Number(file, MasksPlace), Number(file, MasksPlace + 4), Number(file, MasksPlace + 8))
                : default,
            Pixels = PlaceOfPixels(offset, FileHeader + size, bits, colours),
            Palette = bits > 8 ? [] : ReadPalette(file, paletteAt, isCore ? 3 : 4, colours),
        };
        return header.Width > 0 && header.Height > 0 && header.Pixels > 0 && colours <= GrowingPalette
            && HasKnownMasks(header)
            ? header
            : null;
    }

    private static bool IsKnown(int bits, uint compression) => (bits, compression) switch
    {
        (1 or 4 or 8 or 16 or 24 or 32, 0) => true,
        (8, 1) or (4, 2) => true,
        (16 or 24 or 32, 3) => true,
        _ => false,
    };

    private static bool HasKnownMasks(BmpHeader header) => (header.Bits, header.Masks) switch
    {
        (_, (0, 0, 0)) => true,
        (32, (0xFF0000, 0xFF00, 0xFF) or (0xFF000000, 0xFF0000, 0xFF00) or (0xFF, 0xFF00, 0xFF0000)) => true,
        (24, (0xFF0000, 0xFF00, 0xFF)) => true,
        (16, (0xF800, 0x7E0, 0x1F) or (0x7C00, 0x3E0, 0x1F)) => true,
        _ => false,
    };

    /// <summary>Some programs give the place of the palette for that of the pixels; Pillow forgives them.</summary>
    private static int PlaceOfPixels(uint offset, int endOfHeader, int bits, uint colours)
    {
        ulong place = offset == endOfHeader && bits <= 8 ? offset + (4ul * colours) : offset;
        return (int)Math.Min(place, int.MaxValue);
    }

    /// <summary>Entries that a file lacks are grey, as in Pillow.</summary>
    private static byte[] ReadPalette(ReadOnlySpan<byte> file, int place, int entryBytes, uint colours)
    {
        byte[] palette = new byte[256 * PixelBuffer.PixelBytes];
        for (int entry = 0; entry < 256; entry++)
        {
            Span<byte> colour = palette.AsSpan(entry * PixelBuffer.PixelBytes, PixelBuffer.PixelBytes);
            int from = place + (entry * entryBytes);
            if (entry < colours && from + 3 <= file.Length)
            {
                (colour[0], colour[1], colour[2]) = (file[from + 2], file[from + 1], file[from]);
            }
            else
            {
                colour.Fill((byte)entry);
            }
        }

        return palette;
    }

    private static uint Number(ReadOnlySpan<byte> file, int place) =>
        BinaryPrimitives.ReadUInt32LittleEndian(file[place..]);

    private static ushort Half(ReadOnlySpan<byte> file, int place) =>
        BinaryPrimitives.ReadUInt16LittleEndian(file[place..]);
}
