namespace PromptKD.Demo.Drawing;

/// <summary>The exact values behind the names of paints and backgrounds.</summary>
internal static class Palette
{
    /// <summary>What pictures are painted on, in the order of <see cref="BackgroundNames"/>.</summary>
    private static readonly Rgb[] s_backgrounds =
    [
        Rgb.FromBytes(245, 245, 245), Rgb.FromBytes(150, 150, 150), Rgb.FromBytes(30, 30, 30),
        Rgb.FromBytes(225, 210, 180), Rgb.FromBytes(190, 215, 235), Rgb.FromBytes(110, 75, 50),
    ];

    /// <summary>The words that captions use for backgrounds.</summary>
    public static IReadOnlyList<string> BackgroundNames { get; } =
        ["white", "grey", "black", "beige", "pale blue", "brown"];

    /// <summary>The background of a name's index.</summary>
    public static Rgb BackgroundOf(int background) => s_backgrounds[background];

    /// <summary>The paint of a colour.</summary>
    public static Rgb PaintOf(DemoColor color) => color switch
    {
        DemoColor.Red => Rgb.FromBytes(220, 40, 40),
        DemoColor.Orange => Rgb.FromBytes(245, 140, 30),
        DemoColor.Yellow => Rgb.FromBytes(240, 220, 50),
        DemoColor.Green => Rgb.FromBytes(40, 165, 70),
        DemoColor.Blue => Rgb.FromBytes(40, 90, 220),
        DemoColor.Purple => Rgb.FromBytes(140, 60, 180),
        _ => throw new ArgumentOutOfRangeException(nameof(color), color, "Not a color of the demo."),
    };
}
