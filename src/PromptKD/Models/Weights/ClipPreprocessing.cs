namespace PromptKD.Models.Weights;

/// <summary>How a folder of weights says that images are prepared for its model.</summary>
internal sealed record ClipPreprocessing
{
    /// <summary>Subtracted from each channel (red, green, blue), of values 0–1.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Each channel is divided by it after the subtraction.</summary>
    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <summary>Height and width after resizing and cropping, pixels; null where the folder does not say.</summary>
    public int? ImageSize { get; init; }

    /// <summary>The resampling filter: "bicubic", "bilinear", ….</summary>
    public string Interpolation { get; init; } = "bicubic";

    /// <summary>
    /// "shortest": the short side is resized and the middle cut out, as OpenAI does; "squash": both sides are
    /// resized, whatever the shape; "longest": the long side is resized and the rest padded.
    /// </summary>
    public string ResizeMode { get; init; } = "shortest";
}
