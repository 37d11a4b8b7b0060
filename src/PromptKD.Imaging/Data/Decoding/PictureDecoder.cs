using PromptKD.Data.Pictures;

namespace PromptKD.Data.Decoding;

/// <summary>
/// Turns the bytes of a picture file into pixels, exactly as Pillow's <c>open(...).convert("RGB")</c> does:
/// transparency is dropped, not blended; colour profiles are ignored; an animation gives its first frame; 16-bit
/// colour keeps the high byte. EXIF orientation and 16-bit grey follow the <see cref="DecodingRules"/>.
/// </summary>
/// <remarks>
/// What a file is says its content, not its name. JPEG, PNG, GIF, BMP and WebP are read here, others by a decoder of
/// <see cref="PictureDecoders"/>. The header is read first (<see cref="Open"/>), so that a picture too large to decode
/// is refused before anything of its size is allocated. A file that ends early is an error, never a partly grey
/// picture.
/// </remarks>
internal sealed class PictureDecoder : IDisposable
{
    private const int LastUnturned = 4;

    private readonly IOpenPicture _picture;
    private readonly DecodingRules _rules;
    private readonly int _turn;

    private PictureDecoder(IOpenPicture picture, PictureKind kind, DecodingRules rules)
    {
        _picture = picture;
        _rules = rules;
        Kind = kind;

        // Pillow turns TIFF files by itself, whatever it is asked.
        _turn = rules.Upright || kind == PictureKind.Tiff ? picture.Orientation : 1;
    }

    /// <summary>What the file holds.</summary>
    public PictureKind Kind { get; }

    /// <summary>Width of the picture as it is seen, in pixels.</summary>
    public int Width => SwapsSides ? _picture.Height : _picture.Width;

    /// <summary>Height of the picture as it is seen, in pixels.</summary>
    public int Height => SwapsSides ? _picture.Width : _picture.Height;

    /// <summary>How the stored picture lies, as EXIF counts it: 1 for upright, up to 8.</summary>
    public int Orientation => _picture.Orientation;

    /// <summary>Bits of each channel, as stored.</summary>
    public int BitDepth => _picture.BitDepth;

    private bool SwapsSides => _turn > LastUnturned;

    /// <summary>Reads the header only.</summary>
    /// <param name="file">The whole file; copied.</param>
    /// <param name="rules">What is accepted, and what it becomes; null for what Pillow does.</param>
    /// <exception cref="InvalidDataException">No image of a known kind, or one with too many pixels.</exception>
    public static PictureDecoder Open(ReadOnlySpan<byte> file, DecodingRules? rules = null)
    {
        rules ??= new DecodingRules();
        PictureKind kind = PictureKinds.Of(file);
        IOpenPicture picture = kind switch
        {
            _ when file.IsEmpty => throw new InvalidDataException("the file is empty"),
            PictureKind.Other => throw NoPicture(file),
            PictureKind.Tiff or PictureKind.Heic or PictureKind.Avif => OpenElsewhere(file, kind),
            PictureKind.Bmp when BmpPicture.TryOpen(file) is { } bitmap => bitmap,
            _ => SkiaPicture.Open(file, kind),
        };
        if ((long)picture.Width * picture.Height > rules.MaxPixels)
        {
            using (picture)
            {
                throw new InvalidDataException(
                    $"{picture.Width}×{picture.Height} pixels are more than the limit of {rules.MaxPixels}");
            }
        }

        return new PictureDecoder(picture, kind, rules);
    }

    /// <summary>
    /// The smallest size that the file can be decoded to at a fraction of the work, but not below
    /// <paramref name="minimumScale"/>. Only JPEG has any but its own size: eighths of it.
    /// </summary>
    /// <param name="minimumScale">Decoded size over stored size, 0 to 1.</param>
    /// <returns>Width and height as they are seen, in pixels.</returns>
    public (int Width, int Height) ReducedSize(double minimumScale)
    {
        if (_picture is not SkiaPicture jpeg)
        {
            return (Width, Height);
        }

        (int width, int height) = jpeg.ReducedSize(minimumScale);
        return SwapsSides ? (height, width) : (width, height);
    }

    /// <summary>Decodes every pixel at the stored size.</summary>
    /// <exception cref="InvalidDataException">The file is cut short or damaged.</exception>
    public PixelBuffer Decode() => Decode(Width, Height);

    /// <summary>Decodes every pixel at the stored size or at a <see cref="ReducedSize"/>.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Decode()"/>.</exception>
    public PixelBuffer Decode(int width, int height)
    {
        PixelBuffer stored = SwapsSides ? DecodeStored(height, width) : DecodeStored(width, height);
        if (_turn == 1)
        {
            return stored;
        }

        using (stored)
        {
            return PixelTurn.Upright(stored, _turn);
        }
    }

    /// <summary>Frees the decoder; pixels already decoded stay.</summary>
    public void Dispose() => _picture.Dispose();

    private PixelBuffer DecodeStored(int width, int height)
    {
        var pixels = PixelBuffer.Dense(width, height);
        try
        {
            Span<byte> bytes = pixels.Bytes[..(height * pixels.RowBytes)];
            if (_picture is SkiaPicture skia)
            {
                skia.Decode(bytes, width, height, _rules.ScaleGrey16);
            }
            else
            {
                _picture.Decode(bytes, _rules.ScaleGrey16);
            }

            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private static IOpenPicture OpenElsewhere(ReadOnlySpan<byte> file, PictureKind kind) =>
        PictureDecoders.Of(kind)?.Open(file.ToArray()) ?? throw new InvalidDataException(
            $"a {PictureKinds.NameOf(kind)} picture, which the package {PictureDecoders.PackageName} reads: reference "
            + "it and register its decoders");

    private static InvalidDataException NoPicture(ReadOnlySpan<byte> file) => new(
        "not a JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC or AVIF picture, or its header is damaged"
        + (PictureKinds.Describe(file) is { } found ? $": {found}" : ""));
}
