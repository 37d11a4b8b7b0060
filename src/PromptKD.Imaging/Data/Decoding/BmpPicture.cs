using System.Buffers.Binary;

namespace PromptKD.Data.Decoding;

/// <summary>
/// A BMP picture of a variant that Pillow reads, with Pillow's pixels: Skia rounds 16-bit colours otherwise, and leaves
/// out what a run of pixels skips.
/// </summary>
internal sealed class BmpPicture : IOpenPicture
{
    private readonly BmpHeader _header;
    private readonly byte[] _file;

    private BmpPicture(BmpHeader header, byte[] file)
    {
        _header = header;
        _file = file;
    }

    /// <inheritdoc/>
    public int Width => _header.Width;

    /// <inheritdoc/>
    public int Height => _header.Height;

    /// <inheritdoc/>
    public int Orientation => 1;

    /// <inheritdoc/>
    public int BitDepth => 8;

    /// <summary>Reads the header only.</summary>
    /// <param name="file">The whole file; copied.</param>
    /// <returns>Null where it is none of these variants.</returns>
    public static BmpPicture? TryOpen(ReadOnlySpan<byte> file) =>
        BmpHeader.Read(file) is { } header ? new BmpPicture(header, file.ToArray()) : null;

    /// <inheritdoc/>
    public void Decode(Span<byte> pixels, bool scaleGrey16)
    {
        int places = _header.Compression == BmpHeader.Storage.Plain ? 0 : Width * Height;
        byte[] runs = places == 0 ? [] : BmpRuns.Unpack(_file, _header);
        for (int row = 0; row < Height; row++)
        {
            int stored = _header.IsTopDown ? row : Height - 1 - row;
            Span<byte> to = pixels.Slice(row * Width * PixelBuffer.PixelBytes, Width * PixelBuffer.PixelBytes);
            if (runs.Length > 0)
            {
                FromPalette(runs.AsSpan(stored * Width, Width), bits: 8, to);
            }
            else
            {
                FromPlain(PlainRow(stored), to);
            }
        }
    }

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    private ReadOnlySpan<byte> PlainRow(int stored)
    {
        long start = _header.Pixels + (stored * _header.RowBytes);

        // The padding of the last row may be missing.
        long needed = (((long)Width * _header.Bits) + 7) / 8;
        return start + needed <= _file.Length
            ? _file.AsSpan((int)start, (int)needed)
            : throw new InvalidDataException("the file is cut short: only part of the picture can be decoded");
    }

    private void FromPlain(ReadOnlySpan<byte> row, Span<byte> to)
    {
        if (_header.Bits <= 8)
        {
            FromPalette(row, _header.Bits, to);
            return;
        }

        for (int column = 0; column < Width; column++)
        {
            Span<byte> pixel = to.Slice(column * PixelBuffer.PixelBytes, PixelBuffer.PixelBytes);
            switch (_header.Bits)
            {
                case 16:
                    From16(BinaryPrimitives.ReadUInt16LittleEndian(row[(column * 2)..]), pixel);
                    break;
                default:
                    int bytes = _header.Bits / 8;
                    ReadOnlySpan<byte> colour = row.Slice(column * bytes, bytes);
                    (int red, int green, int blue) = _header.Masks.Red switch
                    {
                        0xFF => (0, 1, 2),
                        0xFF000000 => (3, 2, 1),
                        _ => (2, 1, 0),
                    };
                    (pixel[0], pixel[1], pixel[2]) = (colour[red], colour[green], colour[blue]);
                    break;
            }
        }
    }

    private void From16(int value, Span<byte> pixel)
    {
        bool isWide = _header.Masks.Green == 0x7E0;
        int green = isWide ? ((value >> 5) & 63) * 255 / 63 : ((value >> 5) & 31) * 255 / 31;
        pixel[0] = (byte)(((value >> (isWide ? 11 : 10)) & 31) * 255 / 31);
        pixel[1] = (byte)green;
        pixel[2] = (byte)((value & 31) * 255 / 31);
    }

    private void FromPalette(ReadOnlySpan<byte> row, int bits, Span<byte> to)
    {
        int perByte = 8 / bits;
        for (int column = 0; column < Width; column++)
        {
            int shift = 8 - (bits * ((column % perByte) + 1));
            int entry = (row[column / perByte] >> shift) & ((1 << bits) - 1);
            _header.Palette.AsSpan(entry * PixelBuffer.PixelBytes, PixelBuffer.PixelBytes)
                .CopyTo(to[(column * PixelBuffer.PixelBytes)..]);
        }
    }
}
