using BitMiracle.LibTiff.Classic;
using SkiaSharp;

namespace PromptKD.Decoders;

/// <summary>
/// Strips and tiles of a TIFF file that are JPEG or WebP pictures of their own. Skia decodes them, with the same
/// libraries as Pillow does; LibTiff.NET's own JPEG reader takes other pixels between those of a subsampled colour.
/// </summary>
/// <param name="tiff">The open file.</param>
/// <param name="layout">How it stores its pixels.</param>
/// <param name="fileLength">Bytes of the file: no block has more.</param>
internal sealed class TiffCodedBlocks(Tiff tiff, TiffLayout layout, int fileLength)
{
    private const int PixelBytes = 4;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte FileMark = 0xE0;
    private const byte AdobeMark = 0xEE;

    /// <summary>Whether a file's blocks are such.</summary>
    public static bool Has(TiffLayout layout) =>
        layout is { IsPlanar: false, Bits: 8, IsPremultiplied: false } && layout switch
        {
            { IsWebP: true } => layout is { Samples: 3 or 4, Photometric: Photometric.RGB },
            { IsJpeg: true } => layout is { Samples: 3, Photometric: Photometric.RGB or Photometric.YCBCR }
                or { Samples: 1, Photometric: Photometric.MINISBLACK },
            _ => false,
        };

    /// <summary>Decodes all of them.</summary>
    /// <param name="pixels">[height, width, 4].</param>
    /// <param name="most">Bytes of a decoded block at most: a header may claim anything.</param>
    /// <exception cref="InvalidDataException">One is damaged, or of another size.</exception>
    public void Decode(Span<byte> pixels, long most)
    {
        bool isTiled = tiff.IsTiled();
        long blockWidth = isTiled ? Number(TiffTag.TILEWIDTH, 0) : layout.Width;
        long blockHeight = Number(isTiled ? TiffTag.TILELENGTH : TiffTag.ROWSPERSTRIP, layout.Height);
        blockHeight = isTiled || (blockHeight > 0 && blockHeight < layout.Height) ? blockHeight : layout.Height;
        if (blockWidth <= 0 || blockHeight <= 0 || blockWidth > most / PixelBytes / blockHeight)
        {
            throw Damaged();
        }

        byte[] block = new byte[blockWidth * blockHeight * PixelBytes];
        (int width, int height) = ((int)blockWidth, (int)blockHeight);
        int number = 0;
        for (int top = 0; top < layout.Height; top += height)
        {
            int rows = Math.Min(height, layout.Height - top);
            for (int left = 0; left < layout.Width; left += width)
            {
                DecodeBlock(number++, block, width, height, isTiled ? height : rows);
                int row = Math.Min(width, layout.Width - left) * PixelBytes;
                for (int y = 0; y < rows; y++)
                {
                    block.AsSpan(y * width * PixelBytes, row)
                        .CopyTo(pixels[((((top + y) * layout.Width) + left) * PixelBytes)..]);
                }
            }
        }
    }

    // The last strip may be as long as the others, behind the picture's end.
    private void DecodeBlock(int number, byte[] pixels, int width, int height, int wanted)
    {
        using var data = SKData.CreateCopy(layout.IsJpeg ? Jpeg(Raw(number)) : Raw(number));
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null || codec.Info.Width != width || codec.Info.Height < wanted || codec.Info.Height > height
            || !TryDecode(codec, pixels))
        {
            throw Damaged();
        }
    }

    private static unsafe bool TryDecode(SKCodec codec, byte[] target)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        fixed (byte* place = target)
        {
            return codec.GetPixels(info, (nint)place, info.RowBytes, SKCodecOptions.Default) == SKCodecResult.Success;
        }
    }

    private int Number(TiffTag tag, int otherwise) =>
        tiff.GetField(tag) is [FieldValue value, ..] ? value.ToInt() : otherwise;

    private byte[] Raw(int number)
    {
        // Of tiles as of strips: the library keeps both in one list.
        long length = tiff.RawStripSize(number);
        if (length <= 0 || length > fileLength)
        {
            throw Damaged();
        }

        byte[] raw = new byte[length];
        int read = tiff.IsTiled()
            ? tiff.ReadRawTile(number, raw, 0, raw.Length)
            : tiff.ReadRawStrip(number, raw, 0, raw.Length);
        return read == raw.Length ? raw : throw Damaged();
    }

    /// <summary>
    /// A whole JPEG file of a block: with the tables that all of them share, and a mark that says what its colours are,
    /// as the file's directory has it.
    /// </summary>
    private byte[] Jpeg(byte[] block)
    {
        byte[] tables = tiff.GetField(TiffTag.JPEGTABLES) is [_, FieldValue shared, ..] ? shared.GetBytes() : [];
        if (block is not [0xFF, StartOfImage, ..])
        {
            throw Damaged();
        }

        ReadOnlySpan<byte> common = tables is [0xFF, StartOfImage, .. byte[] inner, 0xFF, EndOfImage] ? inner : [];
        byte transform = layout.Photometric == Photometric.YCBCR ? (byte)1 : (byte)0;
        byte[] colours = layout.Samples == 1
            ? []
            : [0xFF, AdobeMark, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, transform];
        return [0xFF, StartOfImage, .. colours, .. common, .. WithoutMarks(block.AsSpan(2))];
    }

    /// <summary>Leaves out what says otherwise of the colours: JFIF's and Adobe's marks.</summary>
    private static List<byte> WithoutMarks(ReadOnlySpan<byte> segments)
    {
        List<byte> kept = [];
        int place = 0;
        while (place + 4 <= segments.Length && segments[place] == 0xFF && segments[place + 1] != StartOfScan)
        {
            int end = place + 2 + ((segments[place + 2] << 8) | segments[place + 3]);
            if (end > segments.Length)
            {
                throw Damaged();
            }

            if (segments[place + 1] is not (FileMark or AdobeMark))
            {
                kept.AddRange(segments[place..end]);
            }

            place = end;
        }

        kept.AddRange(segments[place..]);
        return kept;
    }

    private static InvalidDataException Damaged() => new("a damaged TIFF picture, or it is cut short");
}
