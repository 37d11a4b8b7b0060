using System.Text.Json.Serialization;

namespace PromptKD.Data.Decoding;

/// <summary>
/// What a model wants its pictures to be: their size, how they are resized, and how colours are normalised. It
/// travels with a trained model, because a model answers wrongly to pictures prepared in another way.
/// </summary>
/// <remarks>The defaults are those of OpenAI's CLIP models (<c>preprocessor_config.json</c> of clip-vit-base-patch16).
/// </remarks>
public sealed record Preprocessing
{
    /// <summary>Width and height of the picture that the model sees, in pixels.</summary>
    public int Size { get; init; } = 224;

    /// <summary>How pixels are weighted when pictures are resized.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>How a picture becomes a square. A training view is resized to the square in either mode.</summary>
    /// <remarks>
    /// Left out of JSON where it is the default, so that files from before it existed keep their text and digest.
    /// </remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ResizeMode ResizeMode { get; init; } = ResizeMode.Shortest;

    /// <summary>
    /// The side that is resized to where more than <see cref="Size"/> is kept for the cut, in pixels; null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ResizeSize { get; init; }

    /// <summary>
    /// Whether the middle begins at the half pixel below, as transformers has it; else at the even one of two.
    /// </summary>
    /// <remarks>Left out of JSON where it is the default, as <see cref="ResizeMode"/>.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CutsDown { get; init; }

    /// <summary>
    /// Whether pictures are turned as their EXIF orientation says; else the model sees them as they are stored.
    /// </summary>
    /// <remarks>Left out of JSON where it is the default, as <see cref="ResizeMode"/>.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Upright { get; init; }

    /// <summary>
    /// Whether 16-bit grey is scaled to 8 bits; else it is clipped at 255, as Pillow does it, which is white for most
    /// such pictures.
    /// </summary>
    /// <remarks>Left out of JSON where it is the default, as <see cref="ResizeMode"/>.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Scale16Bit { get; init; }

    /// <summary>Subtracted from each channel after it is brought to 0–1.</summary>
    public Rgb Mean { get; init; } = new(0.48145466f, 0.4578275f, 0.40821073f);

    /// <summary>Divides each channel after the mean is subtracted.</summary>
    public Rgb Std { get; init; } = new(0.26862954f, 0.26130258f, 0.27577711f);

    /// <summary>Refuses what no picture can be made to.</summary>
    /// <param name="source">What says so, for the message.</param>
    /// <exception cref="PromptKDException">A size or a number for the colours cannot be meant.</exception>
    internal void Check(string source)
    {
        const int LargestSize = 1 << 13;
        float[] colours = [Mean.Red, Mean.Green, Mean.Blue, Std.Red, Std.Green, Std.Blue];
        bool isMeant = Size is >= 1 and <= LargestSize
            && ResizeSize is null or (>= 1 and <= LargestSize)
            && colours.All(float.IsFinite)
            && Std is { Red: not 0, Green: not 0, Blue: not 0 }
            && Enum.IsDefined(Interpolation)
            && Enum.IsDefined(ResizeMode);
        if (!isMeant)
        {
            throw new PromptKDException(
                $"{source}: its preprocessing cannot be meant (size {Size}, mean {Mean}, std {Std}). Is it damaged?");
        }
    }
}
