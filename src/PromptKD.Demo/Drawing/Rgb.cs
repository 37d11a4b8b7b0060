namespace PromptKD.Demo.Drawing;

/// <summary>A colour; each channel from 0 (none) to 1 (full).</summary>
/// <param name="Red">Red, 0 to 1.</param>
/// <param name="Green">Green, 0 to 1.</param>
/// <param name="Blue">Blue, 0 to 1.</param>
public readonly record struct Rgb(float Red, float Green, float Blue)
{
    /// <summary>A colour from three numbers of 0 to 255.</summary>
    public static Rgb FromBytes(byte red, byte green, byte blue) => new(red / 255f, green / 255f, blue / 255f);

    /// <summary>The colour with normal noise on each channel, kept within 0 to 1.</summary>
    /// <param name="deviation">Standard deviation, in units of a full channel.</param>
    /// <param name="random">Gives three numbers.</param>
    public Rgb Jitter(float deviation, SplitMix64 random)
    {
        float red = Red + (deviation * random.Normal());
        float green = Green + (deviation * random.Normal());
        float blue = Blue + (deviation * random.Normal());
        return new(Math.Clamp(red, 0, 1), Math.Clamp(green, 0, 1), Math.Clamp(blue, 0, 1));
    }
}
