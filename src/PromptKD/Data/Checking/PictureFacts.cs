using System.Security.Cryptography;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Checking;

/// <summary>What a survey notes of one picture.</summary>
internal sealed record PictureFacts
{
    // What is left of a JPEG behind decoding at a fraction of its size: enough for each pixel of a thumbnail.
    private const double LeastSide = 72;

    /// <summary>The picture.</summary>
    public required string Path { get; init; }

    /// <summary>Its class; null where it has no label.</summary>
    public string? ClassName { get; init; }

    /// <summary>Why it cannot be read; null where it can.</summary>
    public string? Fault { get; init; }

    /// <summary>What the file holds.</summary>
    public PictureKind Kind { get; init; }

    /// <summary>SHA-256 of the file.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>The shorter side, in pixels.</summary>
    public int ShorterSide { get; init; }

    /// <summary>The longer side, in pixels.</summary>
    public int LongerSide { get; init; }

    /// <summary>How the stored picture lies, as EXIF counts it: 1 for upright.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>What it looks like from afar.</summary>
    public Thumbnail Look { get; init; }

    /// <summary>Reads a picture, to its end.</summary>
    public static PictureFacts Of(PictureItem item)
    {
        try
        {
            return item.Bytes.Use(file => Of(item, file));
        }
        catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
        {
            return new PictureFacts
            {
                Path = item.Path,
                ClassName = item.ClassName,
                Fault = SkippedPicture.ReasonOf(error),
            };
        }
    }

    private static PictureFacts Of(PictureItem item, ReadOnlySpan<byte> file)
    {
        using PictureDecoder decoder = PictureDecoder.Open(file, DecodingRules.ForPeople);
        int shorter = Math.Min(decoder.Width, decoder.Height);
        (int width, int height) = decoder.ReducedSize(LeastSide / shorter);
        using PixelBuffer pixels = decoder.Decode(width, height);
        return new PictureFacts
        {
            Path = item.Path,
            ClassName = item.ClassName,
            Kind = decoder.Kind,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
            ShorterSide = shorter,
            LongerSide = Math.Max(decoder.Width, decoder.Height),
            Orientation = decoder.Orientation,
            Look = Thumbnail.Of(pixels),
        };
    }
}
