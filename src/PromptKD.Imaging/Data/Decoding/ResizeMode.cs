namespace PromptKD.Data.Decoding;

/// <summary>How a picture of any aspect becomes a square.</summary>
public enum ResizeMode
{
    /// <summary>
    /// The short side is resized to the size, the long side keeps the aspect, the middle is cut out: CLIP's own.
    /// </summary>
    Shortest,

    /// <summary>Both sides are resized to the size, nothing is cut off: SigLIP's.</summary>
    Squash,
}
