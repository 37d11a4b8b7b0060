using PromptKD.Data.Pictures;

namespace PromptKD.Data.Decoding;

/// <summary>
/// From a file to the numbers that one or several models see: decoded once, then framed, resized and normalised for
/// each. Holds no state of a picture, so that threads may share it.
/// </summary>
/// <param name="preprocessings">What each model wants its pictures to be.</param>
internal sealed class PictureReader(IReadOnlyList<Preprocessing> preprocessings)
{
    // Half of the decoded detail is then still thrown away by our own, exact resampler.
    private const double ReductionMargin = 2;

    private readonly Preparation[] _preparations = [.. preprocessings.Select(one => new Preparation(one))];

    private readonly DecodingRules _rules = RulesOf(preprocessings);

    /// <summary>Most pixels (width × height) of a picture; others are refused before they are decoded.</summary>
    public long MaxPixels
    {
        get => _rules.MaxPixels;
        init => _rules = _rules with { MaxPixels = value };
    }

    /// <summary>
    /// Whether JPEG files may be decoded at a fraction of their size, if what is left is at least twice as large as
    /// the largest that is wanted: several times faster on large files; off by fractions of a level in the mean, by up
    /// to 36 of 256 in single values of a detailed picture.
    /// </summary>
    public bool ReducedJpegScale { get; init; }

    /// <summary>Reads a picture.</summary>
    /// <param name="bytes">Where it lies.</param>
    /// <param name="view">
    /// The box to see of a picture of a given width and height, in pixels, for every model alike; null for the picture
    /// as each preprocessing frames it.
    /// </param>
    /// <param name="target">
    /// Where the numbers for a model go, by its place in the list: [3, size, size] normalised floats, row by row.
    /// </param>
    /// <exception cref="InvalidDataException">The file is damaged, too large, or no picture. Says why, not where.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public void Read(IPictureBytes bytes, Func<int, int, View>? view, Func<int, Span<float>> target)
    {
        using PictureDecoder decoder = bytes.Use(file => PictureDecoder.Open(file, _rules));
        View? box = view?.Invoke(decoder.Width, decoder.Height);
        Framing[] framings = [.. _preparations.Select(one => one.Frame(box, decoder.Width, decoder.Height))];
        using PixelBuffer pixels = ReducedJpegScale ? DecodeReduced(decoder, framings) : decoder.Decode();
        for (int model = 0; model < framings.Length; model++)
        {
            _preparations[model].Write(pixels, framings[model], target(model));
        }
    }

    /// <summary>Reads the header of a picture.</summary>
    /// <param name="file">The whole file; copied.</param>
    /// <exception cref="InvalidDataException">It is no picture, or too large. Says why.</exception>
    public PictureDecoder Open(ReadOnlySpan<byte> file) => PictureDecoder.Open(file, _rules);

    /// <summary>Decodes a picture as its first preprocessing frames it.</summary>
    /// <param name="decoder">The opened picture; stays its owner's.</param>
    /// <param name="target">Receives [3, size, size] normalised floats.</param>
    /// <exception cref="InvalidDataException">The file is damaged. Says why.</exception>
    public void Write(PictureDecoder decoder, Span<float> target)
    {
        using PixelBuffer pixels = decoder.Decode();
        _preparations[0].Write(pixels, _preparations[0].Frame(view: null, decoder.Width, decoder.Height), target);
    }

    /// <summary>Reads a picture as its first preprocessing frames it, up to where it would be normalised.</summary>
    /// <param name="bytes">Where it lies.</param>
    /// <returns>[size, size] pixels.</returns>
    /// <exception cref="InvalidDataException">As <see cref="Read"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public PixelBuffer ReadWindow(IPictureBytes bytes)
    {
        using PictureDecoder decoder = bytes.Use(file => PictureDecoder.Open(file, _rules));
        Framing[] framing = [_preparations[0].Frame(view: null, decoder.Width, decoder.Height)];
        using PixelBuffer pixels = ReducedJpegScale ? DecodeReduced(decoder, framing) : decoder.Decode();
        return _preparations[0].Resize(pixels, framing[0]);
    }

    /// <summary>All models see the same pixels.</summary>
    private static DecodingRules RulesOf(IReadOnlyList<Preprocessing> preprocessings)
    {
        DecodingRules[] wanted =
        [
            .. preprocessings
                .Select(one => new DecodingRules { Upright = one.Upright, ScaleGrey16 = one.Scale16Bit })
                .Distinct(),
        ];
        return wanted is [DecodingRules one]
            ? one
            : throw new ArgumentException(
                "Pictures are decoded once, and cannot be upright for one model and as stored for another.",
                nameof(preprocessings));
    }

    private static PixelBuffer DecodeReduced(PictureDecoder decoder, Framing[] framings)
    {
        double scale = ReductionMargin * framings.Max(
            wanted => Math.Max(wanted.ResizedWidth / wanted.Width, wanted.ResizedHeight / wanted.Height));
        (int width, int height) = decoder.ReducedSize(scale);
        for (int model = 0; model < framings.Length; model++)
        {
            framings[model] = framings[model].Scaled((double)width / decoder.Width, (double)height / decoder.Height);
        }

        return decoder.Decode(width, height);
    }
}
