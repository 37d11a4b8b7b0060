namespace PromptKD.Models.Weights;

/// <summary>
/// How a folder of weights says that images are prepared for its model. It holds what is said, also where this program
/// cannot do it; who prepares images refuses that.
/// </summary>
internal sealed record ClipPreprocessing
{
    /// <summary>Path of the file that says it, for messages.</summary>
    public string Source { get; init; } = "";

    /// <summary>Subtracted from each channel (red, green, blue), of values 0–1.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Each channel is divided by it after the subtraction.</summary>
    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <summary>Height and width after resizing and cropping, pixels; null where the folder does not say.</summary>
    public int? ImageSize { get; init; }

    /// <summary>
    /// The side that is resized to where more than <see cref="ImageSize"/> is kept for the cut, pixels; null where the
    /// two are the same.
    /// </summary>
    public int? ResizeSize { get; init; }

    /// <summary>Whether the middle begins at the half pixel below, as transformers cuts it out.</summary>
    public bool CutsDown { get; init; }

    /// <summary>The resampling filter: "bicubic", "bilinear", ….</summary>
    public string Interpolation { get; init; } = "bicubic";

    /// <summary>
    /// "shortest": the short side is resized and the middle cut out, as OpenAI does; "squash": both sides are
    /// resized, whatever the shape; "longest": the long side is resized and the rest black; "border": as "longest", in
    /// the mean colour; "none": nothing is resized.
    /// </summary>
    public string ResizeMode { get; init; } = "shortest";

    /// <summary>What both programs fill in where their file leaves out the mean: OpenAI's.</summary>
    internal static IReadOnlyList<double> DefaultMean { get; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>The same of the standard deviation.</summary>
    internal static IReadOnlyList<double> DefaultDeviation { get; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>The same for pictures of another size: what is resized to, for the cut, grows with it.</summary>
    /// <param name="size">Side of the pictures, pixels; null for this one.</param>
    public ClipPreprocessing At(int? size)
    {
        if (size is not { } side || side == ImageSize)
        {
            return this;
        }

        int? resized = ImageSize is { } own && ResizeSize is { } whole ? (int)((long)whole * side / own) : null;
        return this with { ImageSize = side, ResizeSize = resized == side ? null : resized };
    }

    /// <summary>Refuses images of another size than the image encoder reads.</summary>
    /// <param name="imageSize">Side of the encoder's images, pixels.</param>
    /// <exception cref="PromptKDException">The sizes differ.</exception>
    public void RequireSize(int imageSize)
    {
        if (ImageSize is { } prepared && prepared != imageSize)
        {
            throw new PromptKDException(
                $"{Source}: it prepares images of {prepared} × {prepared} pixels, but the image encoder beside it "
                + $"reads {imageSize} × {imageSize}. Is it the file of this model?");
        }
    }
}
