using PromptKD.Demo.Drawing;

namespace EmojiStyles;

/// <summary>A colour behind a picture.</summary>
internal readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <summary>Paper.</summary>
    public static Rgb White { get; } = new(255, 255, 255);

    /// <summary>
    /// White half of the time, else any colour that is not dark: no style is known by its background.
    /// </summary>
    public static Rgb Draw(SplitMix64 random) => random.Below(2) == 0
        ? White
        : new((byte)(96 + random.Below(160)), (byte)(96 + random.Below(160)), (byte)(96 + random.Below(160)));
}
