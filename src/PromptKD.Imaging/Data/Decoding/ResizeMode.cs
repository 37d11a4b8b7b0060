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

    /// <summary>The long side is resized to the size, what is missing at the short one is black: open_clip's.</summary>
    Longest,

    /// <summary>As <see cref="Longest"/>, but what is missing has the mean colour: timm's.</summary>
    Border,
}
