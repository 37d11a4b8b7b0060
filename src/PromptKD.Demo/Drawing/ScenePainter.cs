namespace PromptKD.Demo.Drawing;

/// <summary>
/// Paints scenes, 32 by 32 pixels. Each pixel is the mean of four samples; samples are taken apart only along
/// outlines, because elsewhere the four agree.
/// </summary>
public static class ScenePainter
{
    /// <summary>Width and height of a picture, in pixels.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a picture: red, green and blue of each pixel, row by row.</summary>
    public const int Bytes = Channels * Pixels;

    private const int Channels = 3;
    private const int Pixels = Size * Size;
    private const int Samples = 2 * Size;
    private const float SamplesPerUnit = Size;
    private const float WaverFrequency = 5;

    /// <summary>Paints a scene.</summary>
    /// <returns>Red, green and blue of each pixel, row by row.</returns>
    public static byte[] Paint(Scene scene)
    {
        byte[] picture = new byte[Bytes];
        Paint(scene, picture);
        return picture;
    }

    /// <summary>Paints a scene into memory of the caller.</summary>
    /// <param name="scene">What to paint.</param>
    /// <param name="picture">Gets red, green and blue of each pixel, row by row; <see cref="Bytes"/> long.</param>
    /// <exception cref="ArgumentException"><paramref name="picture"/> is too short.</exception>
    public static void Paint(Scene scene, Span<byte> picture)
    {
        if (picture.Length < Bytes)
        {
            throw new ArgumentException($"A picture needs {Bytes} bytes, not {picture.Length}.", nameof(picture));
        }

        Span<float> planes = stackalloc float[Bytes];
        Compose(scene, planes);
        if (scene.BlurDeviation > 0)
        {
            Blur(planes, scene.BlurDeviation);
        }

        Develop(scene, planes, picture);
    }

    /// <param name="scene">What to paint.</param>
    /// <param name="planes">Gets [channel, row, column], 0 to 1 unless over-exposed.</param>
    private static void Compose(Scene scene, Span<float> planes)
    {
        Span<float> light = stackalloc float[Samples * Samples];
        if (scene.Texture > 0)
        {
            AddWave(light, scene.FirstWave, scene.Texture / 2);
            AddWave(light, scene.SecondWave, scene.Texture / 2);
        }

        var outline = new Outline(scene);
        for (int row = 0; row < Size; row++)
        {
            for (int column = 0; column < Size; column++)
            {
                (float covered, float groundLight) = outline.Sample(row, column, light);
                float bare = 1 - covered;
                int pixel = (row * Size) + column;
                planes[pixel] = Mix(scene.Paint.Red, scene.Ground.Red);
                planes[Pixels + pixel] = Mix(scene.Paint.Green, scene.Ground.Green);
                planes[(2 * Pixels) + pixel] = Mix(scene.Paint.Blue, scene.Ground.Blue);

                float Mix(float paint, float ground) =>
                    scene.Brightness * ((covered * paint) + (bare * ground) + groundLight);
            }
        }
    }

    // sin(a + b) = sin a cos b + cos a sin b, with a of the column and b of the row: 128 sines, not 4,096.
    private static void AddWave(Span<float> light, TextureWave wave, float amplitude)
    {
        (float down, float across) = MathF.SinCos(wave.Angle);
        Span<float> sines = stackalloc float[Samples];
        Span<float> cosines = stackalloc float[Samples];
        for (int column = 0; column < Samples; column++)
        {
            (sines[column], cosines[column]) =
                MathF.SinCos((wave.Frequency * across * Position(column)) + wave.Phase);
        }

        for (int row = 0; row < Samples; row++)
        {
            (float sin, float cos) = MathF.SinCos(wave.Frequency * down * Position(row));
            Span<float> line = light.Slice(row * Samples, Samples);
            for (int column = 0; column < Samples; column++)
            {
                line[column] += amplitude * ((sines[column] * cos) + (cosines[column] * sin));
            }
        }
    }

    /// <summary>Where a sample lies, from -1 to 1.</summary>
    private static float Position(int sample) => ((sample + 0.5f) / SamplesPerUnit) - 1;

    // A Gaussian of five taps, along rows and then along columns; the border pixels continue outwards.
    private static void Blur(Span<float> planes, float deviation)
    {
        float near = MathF.Exp(-1 / (2 * deviation * deviation));
        float far = MathF.Exp(-4 / (2 * deviation * deviation));
        float total = 1 + (2 * near) + (2 * far);
        var weights = (Centre: 1 / total, Near: near / total, Far: far / total);
        Span<float> copy = stackalloc float[Size + 4];
        for (int plane = 0; plane < Channels; plane++)
        {
            Span<float> values = planes.Slice(plane * Pixels, Pixels);
            for (int line = 0; line < Size; line++)
            {
                BlurLine(values, line * Size, 1, weights, copy);
            }

            for (int line = 0; line < Size; line++)
            {
                BlurLine(values, line, Size, weights, copy);
            }
        }
    }

    private static void BlurLine(
        Span<float> values, int start, int step, (float Centre, float Near, float Far) weights, Span<float> copy)
    {
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = values[start + (step * Math.Clamp(i - 2, 0, Size - 1))];
        }

        for (int i = 0; i < Size; i++)
        {
            values[start + (step * i)] = (weights.Centre * copy[i + 2])
                + (weights.Near * (copy[i + 1] + copy[i + 3])) + (weights.Far * (copy[i] + copy[i + 4]));
        }
    }

    /// <summary>Adds the noise and rounds to bytes.</summary>
    private static void Develop(Scene scene, ReadOnlySpan<float> planes, Span<byte> picture)
    {
        var random = new SplitMix64(scene.NoiseState);
        float noise = scene.NoiseDeviation;
        for (int pixel = 0; pixel < Pixels; pixel++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                float value = planes[(channel * Pixels) + pixel];
                value += noise > 0 ? noise * random.Normal() : 0;
                picture[(pixel * Channels) + channel] = (byte)((255 * Math.Clamp(value, 0, 1)) + 0.5f);
            }
        }
    }

    /// <summary>How much of each pixel a scene's shape covers.</summary>
    private readonly struct Outline(Scene scene)
    {
        private readonly float _sin = MathF.Sin(scene.Rotation);
        private readonly float _cos = MathF.Cos(scene.Rotation);

        // In samples: half the soft edge, and the way from a pixel's centre to its samples, which waver stretches.
        private readonly float _reach = 0.5f + (0.70711f * (1 + (WaverFrequency * scene.Waver)));

        /// <summary>The mean of a pixel's four samples.</summary>
        /// <param name="row">The pixel's row.</param>
        /// <param name="column">The pixel's column.</param>
        /// <param name="light">What the texture adds at each sample of the ground, [row, column].</param>
        /// <returns>The part covered by the shape, 0 to 1, and the light of the uncovered part.</returns>
        public (float Covered, float GroundLight) Sample(int row, int column, ReadOnlySpan<float> light)
        {
            int top = 2 * row;
            int left = 2 * column;
            const float HalfSample = 0.5f / SamplesPerUnit;
            float distance = DistanceInSamples(Position(left) + HalfSample, Position(top) + HalfSample);
            if (distance < -_reach)
            {
                return (1, 0);
            }

            bool bare = distance > _reach;
            float covered = 0;
            float groundLight = 0;
            for (int y = top; y < top + 2; y++)
            {
                for (int x = left; x < left + 2; x++)
                {
                    float part = bare ? 0 : Math.Clamp(0.5f - DistanceInSamples(Position(x), Position(y)), 0, 1);
                    covered += part;
                    groundLight += (1 - part) * light[(y * Samples) + x];
                }
            }

            return (covered / 4, groundLight / 4);
        }

        private float DistanceInSamples(float x, float y)
        {
            x -= scene.CentreX;
            y -= scene.CentreY;
            float turnedX = ((_cos * x) + (_sin * y)) / scene.Scale;
            float turnedY = ((_cos * y) - (_sin * x)) / scene.Scale;
            if (scene.Waver > 0)
            {
                (turnedX, turnedY) = (
                    turnedX + (scene.Waver * MathF.Sin((WaverFrequency * turnedY) + scene.WaverPhaseX)),
                    turnedY + (scene.Waver * MathF.Sin((WaverFrequency * turnedX) + scene.WaverPhaseY)));
            }

            return ShapeGeometry.Distance(scene.Class.Shape, turnedX, turnedY) * scene.Scale * SamplesPerUnit;
        }
    }
}
