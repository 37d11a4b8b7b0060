namespace PromptKD.Data.Decoding;

/// <summary>How pixels are weighted when a picture is resized. Both widen their reach when they shrink.</summary>
public enum Interpolation
{
    /// <summary>Keys' cubic with a = −0.5, over two source pixels to each side: CLIP's own.</summary>
    Bicubic,

    /// <summary>A triangle over one source pixel to each side.</summary>
    Bilinear,
}
