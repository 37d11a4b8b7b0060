using PromptKD.Data.Pictures;
using SkiaSharp;

namespace PromptKD.Data.Decoding;

/// <summary>A JPEG, PNG, GIF, BMP or WebP picture.</summary>
internal sealed class SkiaPicture : IOpenPicture
{
    private readonly SKCodec _codec;
    private readonly bool _isGrey16;
    private readonly GifMargin? _margin;

    private SkiaPicture(SKCodec codec, bool isGrey16, GifMargin? margin)
    {
        _codec = codec;
        _isGrey16 = isGrey16;
        _margin = margin;
    }

    /// <inheritdoc/>
    public int Width => _codec.Info.Width;

    /// <inheritdoc/>
    public int Height => _codec.Info.Height;

    /// <inheritdoc/>
    public int Orientation { get; private init; }

    /// <inheritdoc/>
    public int BitDepth { get; private init; }

    /// <summary>Reads the header only.</summary>
    /// <param name="file">The whole file; copied.</param>
    /// <param name="kind">What it holds.</param>
    /// <exception cref="InvalidDataException">Its header is damaged.</exception>
    public static SkiaPicture Open(ReadOnlySpan<byte> file, PictureKind kind)
    {
        bool isGrey16 = PngHeader.IsGrey16(file);
        using var data = SKData.CreateCopy(
            PngHeader.WithoutAsides(isGrey16 ? PngHeader.AsGreyWithAlpha(file) : GifHeader.AsOpaque(file)));
        SKCodec codec = SKCodec.Create(data) ?? throw new InvalidDataException(
            $"not a {PictureKinds.NameOf(kind)} picture, though it begins like one, or its header is damaged");
        return new SkiaPicture(codec, isGrey16, GifHeader.MarginOf(file))
        {
            // Skia knows that of JPEG files only.
            Orientation = kind == PictureKind.Jpeg ? (int)codec.EncodedOrigin : ExifOrientation.Of(file, kind),
            BitDepth = kind == PictureKind.Png ? PngHeader.BitDepth(file) : 8,
        };
    }

    /// <summary>The smallest size, as stored, that is not below a scale.</summary>
    /// <param name="minimumScale">Decoded size over stored size, 0 to 1.</param>
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

    /// <inheritdoc/>
    public void Decode(Span<byte> pixels, bool scaleGrey16) => Decode(pixels, Width, Height, scaleGrey16);

    /// <summary>Decodes at the stored size or at a <see cref="ReducedSize"/>.</summary>
    /// <param name="pixels">[height, width, 4].</param>
    /// <param name="width">Width to decode to, in pixels.</param>
    /// <param name="height">Height to decode to, in pixels.</param>
    /// <param name="scaleGrey16">As in <see cref="IOpenPicture.Decode"/>.</param>
    /// <exception cref="InvalidDataException">The file is cut short or damaged.</exception>
    public void Decode(Span<byte> pixels, int width, int height, bool scaleGrey16)
    {
        SKCodecResult result = Fill(pixels, new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        if (result != SKCodecResult.Success)
        {
            throw new InvalidDataException(
                result == SKCodecResult.IncompleteInput
                    ? "the file is cut short: only part of the picture can be decoded"
                    : $"the picture is damaged (decoder: {result})");
        }

        if (_isGrey16)
        {
            NarrowGrey16(pixels, scaleGrey16);
        }

        _margin?.Paint(pixels, width);
    }

    /// <inheritdoc/>
    public void Dispose() => _codec.Dispose();

    /// <summary>
    /// The file was opened as 8-bit grey with alpha, so that the high byte of each number is here in the colour and
    /// the low one in alpha. Pillow keeps 16-bit grey as whole numbers and clips them at 255 when it converts.
    /// </summary>
    private static void NarrowGrey16(Span<byte> pixels, bool scale)
    {
        for (int offset = 0; offset < pixels.Length; offset += PixelBuffer.PixelBytes)
        {
            Span<byte> pixel = pixels.Slice(offset, PixelBuffer.PixelBytes);
            pixel.Fill(scale || pixel[0] == 0 ? pixel[scale ? 0 : 3] : byte.MaxValue);
        }
    }

    private unsafe SKCodecResult Fill(Span<byte> pixels, SKImageInfo info)
    {
        fixed (byte* target = pixels)
        {
            return _codec.GetPixels(info, (nint)target, info.RowBytes, SKCodecOptions.Default);
        }
    }
}
