using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using PromptKD.Data.Decoding;

namespace PromptKD.Decoders;

/// <summary>The first picture of a TIFF file, as Pillow sees it.</summary>
internal sealed class TiffPicture : IOpenPicture
{
    private const int PixelBytes = 4;

    // A block may be larger than a small picture, but not by much: a header may claim anything.
    private const int SmallBlock = 16 << 20;

    private readonly Tiff _tiff;
    private readonly TiffLayout _layout;
    private readonly int _fileLength;

    private TiffPicture(Tiff tiff, TiffLayout layout, int fileLength)
    {
        _tiff = tiff;
        _layout = layout;
        _fileLength = fileLength;
    }

    /// <inheritdoc/>
    public int Width => _layout.Width;

    /// <inheritdoc/>
    public int Height => _layout.Height;

    /// <inheritdoc/>
    public int Orientation => _layout.Orientation;

    /// <inheritdoc/>
    public int BitDepth => _layout.Bits;

    /// <summary>Reads the tags of the first picture.</summary>
    /// <exception cref="InvalidDataException">It has none, or the file is damaged.</exception>
    public static TiffPicture Open(byte[] file) => Guard(() =>
    {
        var stream = new MemoryStream(TiffDirectory.Cleaned(file), writable: false);
        Tiff tiff = Tiff.ClientOpen("picture", "r", stream, new TiffStream())
            ?? throw new InvalidDataException("a TIFF picture whose header is damaged");
        try
        {
            return new TiffPicture(tiff, TiffLayout.Of(tiff), file.Length);
        }
        catch
        {
            tiff.Dispose();
            throw;
        }
    });

    /// <inheritdoc/>
    public void Decode(Span<byte> pixels, bool scaleGrey16)
    {
        if (TiffCodedBlocks.Has(_layout))
        {
            DecodeCoded(pixels);
            return;
        }

        if (_layout is { Photometric: Photometric.YCBCR } and not { IsJpeg: true, IsPlanar: false })
        {
            DecodeByLibrary(pixels);
            return;
        }

        if (_layout.IsJpeg)
        {
            _tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
        }

        // Before anything of the picture's size is allocated: it says whether such samples are read at all.
        var converter = new TiffSamples(_layout, scaleGrey16, Palette());
        byte[] samples = Guard(ReadSamples);
        int rowBytes = samples.Length / Height;
        for (int row = 0; row < Height; row++)
        {
            converter.Convert(
                samples.AsSpan(row * rowBytes, rowBytes), pixels.Slice(row * Width * PixelBytes, Width * PixelBytes));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tiff.Dispose();

    private void DecodeCoded(Span<byte> pixels)
    {
        try
        {
            new TiffCodedBlocks(_tiff, _layout, _fileLength).Decode(pixels, MostOfBlock);
        }
        catch (Exception error) when (IsLibrarys(error))
        {
            throw Damaged(error);
        }
    }

    /// <summary>Subsampled colours: libtiff's own conversion, which Pillow takes as well.</summary>
    private void DecodeByLibrary(Span<byte> pixels)
    {
        int[] raster = Guard(() =>
        {
            RefuseBlock(_tiff.IsTiled() ? _tiff.TileSize() : _tiff.StripSize());
            int[] read = new int[Width * Height];
            return _tiff.ReadRGBAImageOriented(
                Width, Height, read, (BitMiracle.LibTiff.Classic.Orientation)_layout.Orientation, stopOnError: true)
                ? read
                : throw Damaged();
        });
        MemoryMarshal.AsBytes(raster.AsSpan()).CopyTo(pixels);
    }

    /// <summary>
    /// All samples: row by row, and in a row pixel by pixel, or plane by plane where they are planar.
    /// </summary>
    private byte[] ReadSamples()
    {
        bool isTiled = _tiff.IsTiled();
        int planes = _layout is { IsPlanar: true, Samples: > 1 } ? _layout.Samples : 1;
        long planeRow = (((long)Width * _layout.Bits * (_layout.Samples / planes)) + 7) / 8;
        if (planeRow * planes * Height > Array.MaxLength)
        {
            throw new InvalidDataException($"{Width}×{Height} pixels do not fit in memory");
        }

        var target = new SampleRows(new byte[planeRow * planes * Height], (int)planeRow, planes);
        for (int plane = 0; plane < planes; plane++)
        {
            if (isTiled)
            {
                ReadTiles(target, plane);
            }
            else
            {
                ReadStrips(target, plane);
            }
        }

        return target.Bytes;
    }

    private void ReadStrips(SampleRows target, int plane)
    {
        int rowBytes = _tiff.ScanlineSize();
        int rows = _tiff.GetField(TiffTag.ROWSPERSTRIP) is [FieldValue value, ..] ? value.ToInt() : Height;
        rows = rows <= 0 ? Height : Math.Min(rows, Height);
        byte[] strip = Block((long)rows * rowBytes);
        for (int top = 0; top < Height; top += rows)
        {
            int wanted = Math.Min(rows, Height - top);
            if (_tiff.ReadEncodedStrip(_tiff.ComputeStrip(top, (short)plane), strip, 0, wanted * rowBytes)
                < wanted * rowBytes)
            {
                throw Damaged();
            }

            for (int row = 0; row < wanted; row++)
            {
                target.Set(top + row, plane, left: 0, strip.AsSpan(row * rowBytes, rowBytes));
            }
        }
    }

    private void ReadTiles(SampleRows target, int plane)
    {
        int width = _tiff.GetField(TiffTag.TILEWIDTH)[0].ToInt();
        int height = _tiff.GetField(TiffTag.TILELENGTH)[0].ToInt();
        int rowBytes = _tiff.TileRowSize();
        int pixelBits = _layout.Bits * (target.Planes > 1 ? 1 : _layout.Samples);
        if (width <= 0 || height <= 0 || width * (long)pixelBits % 8 != 0)
        {
            throw Damaged();
        }

        byte[] tile = Block((long)height * rowBytes);
        for (int top = 0; top < Height; top += height)
        {
            for (int left = 0; left < Width; left += width)
            {
                if (_tiff.ReadTile(tile, 0, left, top, 0, (short)plane) < 0)
                {
                    throw Damaged();
                }

                for (int row = 0; row < Math.Min(height, Height - top); row++)
                {
                    target.Set(
                        top + row, plane, (int)((long)left * pixelBits / 8), tile.AsSpan(row * rowBytes, rowBytes));
                }
            }
        }
    }

    private long MostOfBlock =>
        Math.Max(SmallBlock, 4L * Width * Height * _layout.Samples * ((_layout.Bits + 7) / 8));

    private byte[] Block(long bytes)
    {
        RefuseBlock(bytes);
        return new byte[bytes];
    }

    private void RefuseBlock(long bytes)
    {
        if (bytes <= 0 || bytes > Math.Min(MostOfBlock, Array.MaxLength))
        {
            throw Damaged();
        }
    }

    /// <summary>The colours of a palette: red, green and blue, 0–65535; empty where there is none.</summary>
    private ushort[][] Palette() =>
        _layout.Photometric == Photometric.PALETTE
        && _tiff.GetField(TiffTag.COLORMAP) is [FieldValue red, FieldValue green, FieldValue blue, ..]
            ? [red.ToUShortArray(), green.ToUShortArray(), blue.ToUShortArray()]
            : [];

    private static InvalidDataException Damaged(Exception? error = null) =>
        new("a damaged TIFF picture, or it is cut short", error);

    /// <summary>Whatever the library throws at a damaged file is the file's mistake.</summary>
    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsLibrarys(error))
        {
            throw Damaged(error);
        }
    }

    private static bool IsLibrarys(Exception error) => error is not (InvalidDataException or OutOfMemoryException);

    /// <summary>The samples of a picture, as they are put together.</summary>
    /// <param name="Bytes">Row by row; in a row plane by plane.</param>
    /// <param name="PlaneRow">Bytes of a row of a plane.</param>
    /// <param name="Planes">Planes of a row.</param>
    private sealed record SampleRows(byte[] Bytes, int PlaneRow, int Planes)
    {
        public void Set(int row, int plane, int left, ReadOnlySpan<byte> from)
        {
            Span<byte> to = Bytes.AsSpan((((row * Planes) + plane) * PlaneRow) + left, PlaneRow - left);
            from[..Math.Min(from.Length, to.Length)].CopyTo(to);
        }
    }
}
