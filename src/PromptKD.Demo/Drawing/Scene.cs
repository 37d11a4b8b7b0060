namespace PromptKD.Demo.Drawing;

/// <summary>
/// All that decides a picture: the same scene always gives the same pixels. Positions run from -1 to 1 across the
/// picture, x to the right and y down.
/// </summary>
public sealed record Scene
{
    /// <summary>What the picture shows.</summary>
    public required DemoClass Class { get; init; }

    /// <summary>Index of the background's name in captions.</summary>
    public int Background { get; init; }

    /// <summary>The shape's colour.</summary>
    public required Rgb Paint { get; init; }

    /// <summary>The ground's colour.</summary>
    public required Rgb Ground { get; init; }

    /// <summary>Rotation of the shape, clockwise, in radians.</summary>
    public float Rotation { get; init; }

    /// <summary>Half the size of the shape; 1 fills the picture.</summary>
    public required float Scale { get; init; }

    /// <summary>The shape's centre, from left to right.</summary>
    public float CentreX { get; init; }

    /// <summary>The shape's centre, from top to bottom.</summary>
    public float CentreY { get; init; }

    /// <summary>Amplitude of the outline's waves, in sizes of the shape.</summary>
    public float Waver { get; init; }

    /// <summary>Phase of the waves that displace the outline sideways, in radians.</summary>
    public float WaverPhaseX { get; init; }

    /// <summary>Phase of the waves that displace the outline up and down, in radians.</summary>
    public float WaverPhaseY { get; init; }

    /// <summary>Amplitude of the ground's waves of light, in units of a full channel.</summary>
    public float Texture { get; init; }

    /// <summary>The first wave of light across the ground.</summary>
    public TextureWave FirstWave { get; init; }

    /// <summary>The second wave of light across the ground.</summary>
    public TextureWave SecondWave { get; init; }

    /// <summary>What light is multiplied by.</summary>
    public float Brightness { get; init; } = 1;

    /// <summary>Standard deviation of the blur, in pixels; 0 for none.</summary>
    public float BlurDeviation { get; init; }

    /// <summary>Standard deviation of the noise, per pixel and channel; 0 for none.</summary>
    public float NoiseDeviation { get; init; }

    /// <summary>Start of the stream that the noise is drawn from.</summary>
    public ulong NoiseState { get; init; }

    /// <summary>Makes one scene of a class.</summary>
    /// <param name="domain">How the scene may vary.</param>
    /// <param name="shown">The class it shows.</param>
    /// <param name="random">Decides everything else.</param>
    public static Scene Sample(PictureDomain domain, DemoClass shown, SplitMix64 random)
    {
        int background = random.Below(Palette.BackgroundNames.Count);
        return new Scene
        {
            Class = shown,
            Background = background,
            Paint = Palette.PaintOf(shown.Color).Jitter(domain.PaintDeviation, random),
            Ground = Palette.BackgroundOf(background).Jitter(domain.BackgroundDeviation, random),
            Rotation = float.DegreesToRadians(random.Uniform(-domain.Rotation, domain.Rotation)),
            Scale = domain.Scale.Sample(random),
            CentreX = random.Uniform(-domain.Shift, domain.Shift),
            CentreY = random.Uniform(-domain.Shift, domain.Shift),
            Waver = domain.Waver,
            WaverPhaseX = random.Uniform(0, float.Tau),
            WaverPhaseY = random.Uniform(0, float.Tau),
            Texture = domain.Texture,
            FirstWave = TextureWave.Sample(random),
            SecondWave = TextureWave.Sample(random),
            Brightness = domain.Brightness.Sample(random),
            BlurDeviation = domain.BlurDeviation.Sample(random),
            NoiseDeviation = domain.NoiseDeviation.Sample(random),
            NoiseState = random.NextBits(),
        };
    }

    /// <summary>Makes the scene that a seed and a number stand for.</summary>
    /// <param name="domain">How the scene may vary.</param>
    /// <param name="shown">The class it shows.</param>
    /// <param name="seed">Names a set of pictures.</param>
    /// <param name="number">The picture's number in the set.</param>
    public static Scene Sample(PictureDomain domain, DemoClass shown, long seed, long number) =>
        Sample(domain, shown, SplitMix64.For(seed, number));
}

/// <summary>A wave of light across the ground: sin(frequency · (x cos angle + y sin angle) + phase).</summary>
/// <param name="Frequency">Radians per half picture width.</param>
/// <param name="Angle">Direction of the wave, in radians.</param>
/// <param name="Phase">In radians.</param>
public readonly record struct TextureWave(float Frequency, float Angle, float Phase)
{
    internal static TextureWave Sample(SplitMix64 random) =>
        new(random.Uniform(3, 9), random.Uniform(0, float.Pi), random.Uniform(0, float.Tau));
}
