namespace PromptKD.Demo.Drawing;

/// <summary>
/// The outlines of the shapes, each about one unit in radius, as distances: negative inside, zero on the outline,
/// positive outside. No distance changes faster than the position does, which the painter relies on.
/// </summary>
internal static class ShapeGeometry
{
    private const float StarOuterRadius = 1.05f;
    private const float StarInnerRadius = 0.45f;
    private const float StarSector = float.Tau / 5;

    // Of the edge from a star's point to the next inner corner: the unit vector that points out of the star.
    private static readonly (float X, float Y) s_starNormal = StarNormal();

    /// <summary>Distance from (x, y) to the outline of a shape at the origin; y points down.</summary>
    public static float Distance(DemoShape shape, float x, float y) => shape switch
    {
        DemoShape.Circle => Length(x, y) - 0.9f,
        DemoShape.Square => Math.Max(Math.Abs(x), Math.Abs(y)) - 0.8f,
        DemoShape.Triangle => Triangle(x, y - 0.15f),
        DemoShape.Star => Star(x, y),
        DemoShape.Ring => Math.Abs(Length(x, y) - 0.72f) - 0.22f,
        DemoShape.Cross => Cross(Math.Abs(x), Math.Abs(y)),
        DemoShape.Heart => Heart(Math.Abs(x), y),
        DemoShape.Moon => Math.Max(Length(x, y) - 0.95f, 0.72f - Length(x - 0.42f, y + 0.12f)),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Not a shape of the demo."),
    };

    private static float Triangle(float x, float y)
    {
        const float HalfRootOfThree = 0.8660254f;
        float slopes = (HalfRootOfThree * Math.Abs(x)) - (0.5f * y);
        return Math.Max(slopes, y) - 0.55f;
    }

    private static float Cross(float x, float y)
    {
        float upright = Math.Max(x - 0.27f, y - 0.95f);
        float lying = Math.Max(x - 0.95f, y - 0.27f);
        return Math.Min(upright, lying);
    }

    private static float Heart(float x, float y)
    {
        const float HalfRootOfTwo = 0.70710678f;
        float lobes = Length(x - 0.42f, y + 0.38f) - 0.5f;
        float below = y + 0.1f;
        float point = Math.Max(HalfRootOfTwo * (x + below - 0.86f), Math.Max(-below, x - 0.92f));
        return Math.Min(lobes, point);
    }

    // The ten edges are one edge, mirrored and turned: the angle is folded into half a sector.
    private static float Star(float x, float y)
    {
        float angle = MathF.Atan2(x, -y);
        float folded = Math.Abs(angle - (StarSector * MathF.Round(angle / StarSector)));
        (float sin, float cos) = MathF.SinCos(folded);
        float radius = Length(x, y);
        return (((radius * cos) - StarOuterRadius) * s_starNormal.X) + (radius * sin * s_starNormal.Y);
    }

    private static (float X, float Y) StarNormal()
    {
        (float sin, float cos) = MathF.SinCos(StarSector / 2);
        float x = StarInnerRadius * sin;
        float y = StarOuterRadius - (StarInnerRadius * cos);
        float length = Length(x, y);
        return (x / length, y / length);
    }

    private static float Length(float x, float y) => MathF.Sqrt((x * x) + (y * y));
}
