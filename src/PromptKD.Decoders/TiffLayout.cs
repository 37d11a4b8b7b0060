using BitMiracle.LibTiff.Classic;

namespace PromptKD.Decoders;

/// <summary>How a TIFF file stores its pixels: the tags of its first picture that decoding needs.</summary>
internal sealed record TiffLayout
{
    private const int MaxSamples = 16;
    private const Compression WebP = (Compression)50_001;

    /// <summary>Width, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Bits of each sample.</summary>
    public required int Bits { get; init; }

    /// <summary>Numbers of each pixel.</summary>
    public required int Samples { get; init; }

    /// <summary>What the numbers are: whole, signed, floating.</summary>
    public required SampleFormat Format { get; init; }

    /// <summary>What the numbers mean.</summary>
    public required Photometric Photometric { get; init; }

    /// <summary>Whether red, green and blue lie in planes of their own.</summary>
    public required bool IsPlanar { get; init; }

    /// <summary>Whether colours were multiplied with their opacity, the sample behind them.</summary>
    public required bool IsPremultiplied { get; init; }

    /// <summary>Whether JPEG data is inside of the file.</summary>
    public required bool IsJpeg { get; init; }

    /// <summary>Whether WebP data is inside of the file.</summary>
    public required bool IsWebP { get; init; }

    /// <summary>EXIF's orientation, 1 to 8.</summary>
    public required int Orientation { get; init; }

    /// <summary>Reads the tags of the first picture.</summary>
    /// <exception cref="InvalidDataException">There is no picture, or one of a size that cannot be.</exception>
    public static TiffLayout Of(Tiff tiff)
    {
        int photometric = Number(tiff, TiffTag.PHOTOMETRIC, 0);
        var compression = (Compression)Number(tiff, TiffTag.COMPRESSION, 1);
        if (compression is not (Compression.NONE or WebP) && !tiff.IsCodecConfigured(compression))
        {
            throw new InvalidDataException($"a TIFF picture compressed with {compression}, which is not read");
        }

        FieldValue[]? extra = tiff.GetField(TiffTag.EXTRASAMPLES);
        int orientation = Number(tiff, TiffTag.ORIENTATION, 1);
        var layout = new TiffLayout
        {
            Width = Number(tiff, TiffTag.IMAGEWIDTH, 0),
            Height = Number(tiff, TiffTag.IMAGELENGTH, 0),
            Bits = Number(tiff, TiffTag.BITSPERSAMPLE, 1),
            Samples = Number(tiff, TiffTag.SAMPLESPERPIXEL, 1),
            Format = (SampleFormat)Number(tiff, TiffTag.SAMPLEFORMAT, 1),
            Photometric = compression is Compression.OJPEG ? Photometric.YCBCR : (Photometric)photometric,
            IsPlanar = Number(tiff, TiffTag.PLANARCONFIG, 1) == (int)PlanarConfig.SEPARATE,
            IsPremultiplied = extra is [FieldValue count, FieldValue kinds, ..]
                && count.ToInt() > 0
                && kinds.ToShortArray() is [(short)ExtraSample.ASSOCALPHA, ..],
            IsJpeg = compression is Compression.JPEG,
            IsWebP = compression is WebP,
            Orientation = orientation is >= 1 and <= 8 ? orientation : 1,
        };
        if (layout.IsWebP && !TiffCodedBlocks.Has(layout))
        {
            throw new InvalidDataException(
                $"a TIFF picture of {layout.Samples} × {layout.Bits} bits ({layout.Photometric}) compressed with WebP, "
                + "which is not read");
        }

        return layout is { Width: > 0, Height: > 0, Samples: > 0 and <= MaxSamples, Bits: > 0 }
            ? layout
            : throw new InvalidDataException("a TIFF picture without pixels, or its header is damaged");
    }

    private static int Number(Tiff tiff, TiffTag tag, int otherwise) =>
        tiff.GetField(tag) is [FieldValue value, ..] ? value.ToInt() : otherwise;
}
