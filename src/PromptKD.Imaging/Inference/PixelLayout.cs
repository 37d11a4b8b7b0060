namespace PromptKD.Inference;

/// <summary>How the bytes of decoded pixels follow each other, 8 bits a channel. Opacity is ignored.</summary>
public enum PixelLayout
{
    /// <summary>Red, green, blue: 3 bytes a pixel.</summary>
    Rgb,

    /// <summary>Blue, green, red: 3 bytes a pixel.</summary>
    Bgr,

    /// <summary>Red, green, blue, opacity: 4 bytes a pixel.</summary>
    Rgba,

    /// <summary>Blue, green, red, opacity: 4 bytes a pixel, as most drawing libraries have it.</summary>
    Bgra,

    /// <summary>Grey: 1 byte a pixel.</summary>
    Grey,
}
