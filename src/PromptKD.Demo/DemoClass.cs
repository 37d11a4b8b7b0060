namespace PromptKD.Demo;

/// <summary>One of the demo's 48 classes: a shape in a colour.</summary>
/// <param name="Shape">What is drawn.</param>
/// <param name="Color">The paint it is drawn with.</param>
public sealed record DemoClass(DemoShape Shape, DemoColor Color)
{
    /// <summary>
    /// Every class in label order: the 24 base classes, then the 24 novel ones, as the base-to-novel protocol expects
    /// (its first half of the labels is base). Within a half they go by shape, then by colour.
    /// </summary>
    public static IReadOnlyList<DemoClass> All { get; } =
    [
        .. Enum.GetValues<DemoShape>()
            .SelectMany(shape => Enum.GetValues<DemoColor>().Select(color => new DemoClass(shape, color)))
            .OrderBy(one => one.IsBase ? 0 : 1),
    ];

    /// <summary>The class in words, such as "red circle".</summary>
    public string Name => $"{Color} {Shape}".ToLowerInvariant();

    /// <summary>
    /// Whether it is one of the base classes. The halves form a chessboard of shapes and colours, so each shape and
    /// each colour is in both.
    /// </summary>
    public bool IsBase => ((int)Shape + (int)Color) % 2 == 0;
}

/// <summary>The shapes of the demo.</summary>
public enum DemoShape
{
    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>An equilateral triangle, point up.</summary>
    Triangle,

    /// <summary>A star of five points, one up.</summary>
    Star,

    /// <summary>A disc with a round hole.</summary>
    Ring,

    /// <summary>An upright cross with equal arms.</summary>
    Cross,

    /// <summary>A heart, point down.</summary>
    Heart,

    /// <summary>A crescent that opens to the right.</summary>
    Moon,
}

/// <summary>The paints of the demo.</summary>
public enum DemoColor
{
    /// <summary>(220, 40, 40).</summary>
    Red,

    /// <summary>(245, 140, 30).</summary>
    Orange,

    /// <summary>(240, 220, 50).</summary>
    Yellow,

    /// <summary>(40, 165, 70).</summary>
    Green,

    /// <summary>(40, 90, 220).</summary>
    Blue,

    /// <summary>(140, 60, 180).</summary>
    Purple,
}
