using PromptKD.Data.Pictures;
using SkiaSharp;

namespace PromptKD.Data.Decoding;

/// <summary>
/// Turns the bytes of a JPEG, PNG, GIF, BMP or WebP file into pixels, exactly as Pillow's
/// <c>open(...).convert("RGB")</c> does: transparency is dropped, not blended; EXIF orientation and colour profiles
/// are ignored; an animation gives its first frame; 16-bit colour keeps the high byte, 16-bit grey is clipped at 255.
/// </summary>
/// <remarks>
/// The header is read first (<see cref="Open"/>), so that a picture too large to decode is refused before anything of
/// its size is allocated. A file that ends early is an error, never a partly grey picture.
/// </remarks>
internal sealed class PictureDecoder : IDisposable
{
    /// <summary>
    /// Most pixels a picture may have: a small file may claim a huge picture. This is where Pillow raises
    /// <c>DecompressionBombError</c>: twice the pixels of a quarter gibibyte of 24-bit colour.
    /// </summary>
    public const long DefaultMaxPixels = 2L * (1 << 30) / 4 / 3;

    private readonly SKCodec _codec;
    private readonly bool _isGrey16;

    private PictureDecoder(SKCodec codec, bool isGrey16)
    {
        _codec = codec;
        _isGrey16 = isGrey16;
    }

    /// <summary>Width of the picture as stored, in pixels.</summary>
    public int Width => _codec.Info.Width;

    /// <summary>Height of the picture as stored, in pixels.</summary>
    public int Height => _codec.Info.Height;

    /// <summary>Reads the header only.</summary>
    /// <param name="file">The whole file; copied.</param>
    /// <param name="maxPixels">Most pixels (width × height) to accept.</param>
    /// <exception cref="InvalidDataException">No image of a known kind, or one with too many pixels.</exception>
    public static PictureDecoder Open(ReadOnlySpan<byte> file, long maxPixels = DefaultMaxPixels)
    {
        if (file.IsEmpty)
        {
            throw new InvalidDataException("the file is empty");
        }

        bool isGrey16 = PngHeader.IsGrey16(file);
        using var data = SKData.CreateCopy(isGrey16 ? PngHeader.AsGreyWithAlpha(file) : GifHeader.AsOpaque(file));
        SKCodec codec = SKCodec.Create(data)
            ?? throw new InvalidDataException("not a JPEG, PNG, GIF, BMP or WebP picture, or its header is damaged");
        SKImageInfo info = codec.Info;
        if ((long)info.Width * info.Height > maxPixels)
        {
            codec.Dispose();
            throw new InvalidDataException(
                $"{info.Width}×{info.Height} pixels are more than the limit of {maxPixels}");
        }

        return new PictureDecoder(codec, isGrey16);
    }

    /// <summary>
    /// The smallest size that the file can be decoded to at a fraction of the work, but not below
    /// <paramref name="minimumScale"/>. Only JPEG has any but its own size: eighths of it.
    /// </summary>
    /// <param name="minimumScale">Decoded size over stored size, 0 to 1.</param>
    /// <returns>Width and height, in pixels.</returns>
    public (int Width, int Height) ReducedSize(double minimumScale)
    {
        if (_codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
        {
            foreach (int eighths in (ReadOnlySpan<int>)[1, 2, 4])
            {
                if (eighths / 8.0 >= minimumScale)
                {
                    SKSizeI size = _codec.GetScaledDimensions(eighths / 8f);
                    return (size.Width, size.Height);
                }
            }
        }

        return (Width, Height);
    }

    /// <summary>Decodes every pixel at the stored size.</summary>
    /// <exception cref="InvalidDataException">The file is cut short or damaged.</exception>
    public PixelBuffer Decode() => Decode(Width, Height);

    /// <summary>Decodes every pixel at the stored size or at a <see cref="ReducedSize"/>.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Decode()"/>.</exception>
    public PixelBuffer Decode(int width, int height)
    {
        var pixels = PixelBuffer.Dense(width, height);
        SKCodecResult result = Fill(pixels, new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        if (result != SKCodecResult.Success)
        {
            pixels.Dispose();
            throw new InvalidDataException(
                result == SKCodecResult.IncompleteInput
                    ? "the file is cut short: only part of the picture can be decoded"
                    : $"the picture is damaged (decoder: {result})");
        }

        if (_isGrey16)
        {
            ClipGrey16(pixels);
        }

        return pixels;
    }

    /// <summary>Frees the decoder; pixels already decoded stay.</summary>
    public void Dispose() => _codec.Dispose();

    /// <summary>
    /// Pillow keeps 16-bit grey as whole numbers and clips them at 255 when it converts to 8 bits. The file was opened
    /// as 8-bit grey with alpha, so that the high byte of each number is here in the colour and the low one in alpha.
    /// </summary>
    private static void ClipGrey16(PixelBuffer pixels)
    {
        Span<byte> bytes = pixels.Bytes;
        for (int offset = 0; offset < pixels.Height * pixels.RowBytes; offset += PixelBuffer.PixelBytes)
        {
            Span<byte> pixel = bytes.Slice(offset, PixelBuffer.PixelBytes);
            pixel.Fill(pixel[0] == 0 ? pixel[3] : byte.MaxValue);
        }
    }

    private unsafe SKCodecResult Fill(PixelBuffer pixels, SKImageInfo info)
    {
        fixed (byte* target = pixels.Bytes)
        {
            return _codec.GetPixels(info, (nint)target, pixels.RowBytes, SKCodecOptions.Default);
        }
    }
}
