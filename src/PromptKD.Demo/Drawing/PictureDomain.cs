namespace PromptKD.Demo.Drawing;

/// <summary>From where to where a random quantity goes, uniformly.</summary>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest value; equal to <paramref name="Low"/> for a constant.</param>
public readonly record struct Interval(float Low, float High)
{
    /// <summary>Draws one value.</summary>
    public float Sample(SplitMix64 random) => random.Uniform(Low, High);
}

/// <summary>
/// How pictures of one kind vary. Lengths are in half picture widths, colours in units of a full channel.
/// </summary>
public sealed record PictureDomain
{
    /// <summary>In full light, with noise, blur and paint that vary: what the student is pre-trained on.</summary>
    public static PictureDomain Daylight { get; } = new();

    /// <summary><see cref="Daylight"/> in light of any strength: what the teacher is pre-trained on.</summary>
    public static PictureDomain ChangingLight { get; } = new() { Brightness = new(0.55f, 1.05f) };

    /// <summary>
    /// The night: dim, grainy, blurred, on rough ground, with wavering outlines. No model has seen ground or waver in
    /// its pre-training; the rest is partly covered by <see cref="ChangingLight"/>.
    /// </summary>
    public static PictureDomain Night { get; } = new()
    {
        Rotation = 30,
        Scale = new(0.55f, 0.80f),
        Shift = 0.18f,
        PaintDeviation = 0.08f,
        BackgroundDeviation = 0.06f,
        Waver = 0.06f,
        Texture = 0.15f,
        NoiseDeviation = new(0.05f, 0.05f),
        BlurDeviation = new(0.3f, 0.8f),
        Brightness = new(0.45f, 0.70f),
    };

    /// <summary>Largest rotation to either side, in degrees.</summary>
    public float Rotation { get; init; } = 25;

    /// <summary>Half the size of a shape.</summary>
    public Interval Scale { get; init; } = new(0.55f, 0.86f);

    /// <summary>Largest shift to each side.</summary>
    public float Shift { get; init; } = 0.18f;

    /// <summary>Standard deviation of the paint, per channel.</summary>
    public float PaintDeviation { get; init; } = 0.08f;

    /// <summary>Standard deviation of the background, per channel.</summary>
    public float BackgroundDeviation { get; init; } = 0.08f;

    /// <summary>Amplitude of the outline's waves, in sizes of the shape.</summary>
    public float Waver { get; init; }

    /// <summary>Amplitude of the ground's light and dark waves.</summary>
    public float Texture { get; init; }

    /// <summary>Standard deviation of the noise, per pixel and channel.</summary>
    public Interval NoiseDeviation { get; init; } = new(0, 0.10f);

    /// <summary>Standard deviation of the blur, in pixels; zeros for none.</summary>
    public Interval BlurDeviation { get; init; } = new(0.3f, 0.9f);

    /// <summary>What light is multiplied by.</summary>
    public Interval Brightness { get; init; } = new(1, 1);
}
