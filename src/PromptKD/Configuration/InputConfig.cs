namespace PromptKD.Configuration;

/// <summary>How an image becomes numbers: the keys <c>INPUT.*</c>.</summary>
public sealed record InputConfig
{
    /// <summary>Height and width of the image that the model sees, in pixels.</summary>
    [AtLeast(1)]
    public ValueList<int> Size { get; init; } = [224, 224];

    /// <summary>Filter that resizes images. CLIP was trained with bicubic.</summary>
    [OneOf("bilinear", "bicubic", "nearest")]
    public string Interpolation { get; init; } = "bilinear";

    /// <summary>
    /// Switches of the training transforms, such as random_resized_crop, random_flip and normalize. Their order
    /// here does not matter: the program applies them in an order of its own.
    /// </summary>
    public ValueList<string> Transforms { get; init; } = [];

    /// <summary>Subtracted from each channel (red, green, blue; 0–1). ImageNet's; CLIP has its own.</summary>
    public ValueList<double> PixelMean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>Divides each channel (red, green, blue; 0–1) after the mean. ImageNet's; CLIP has its own.</summary>
    [Positive]
    public ValueList<double> PixelStd { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>Smallest and largest area of a random resized crop, as a fraction (0–1) of the image.</summary>
    [Spelled("RRCROP_SCALE"), AtLeast(0)]
    public ValueList<double> RandomResizedCropScale { get; init; } = [0.08, 1.0];

    /// <summary>
    /// Whether pictures are turned as their EXIF orientation says. The CoOp family's programs, and so train, leave them
    /// as they are stored; what is for people's own photos turns them.
    /// </summary>
    [OwnKey]
    public bool Upright { get; init; }

    /// <summary>
    /// Whether 16-bit grey is scaled to 8 bits; else it is clipped at 255, as Pillow does it, and most of it is white.
    /// </summary>
    [OwnKey, Spelled("SCALE_16BIT")]
    public bool Scale16Bit { get; init; }
}
