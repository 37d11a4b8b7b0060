using PromptKD.Demo.Drawing;

namespace EmojiStyles;

/// <summary>
/// How a teacher's pictures vary at every look: turned, moved, mirrored, tinted, grey, and lit from a side. Shadows and
/// textures, which the targets have, are not among it.
/// </summary>
internal static class Augmentation
{
    private const int Side = Picture.Size;

    /// <summary>Draws a variant.</summary>
    /// <param name="picture">What varies; it stays as it is.</param>
    /// <param name="strength">Scales every range; 1 is much.</param>
    /// <param name="random">Decides the variant.</param>
    public static Picture Vary(Picture picture, double strength, SplitMix64 random)
    {
        byte[] moved = Move(picture.Pixels, (float)strength, random);
        Colour(moved, (float)strength, random);
        return new Picture(moved);
    }

    private static byte[] Move(byte[] source, float strength, SplitMix64 random)
    {
        float angle = strength * random.Uniform(-0.3f, 0.3f);
        float scale = 1 / (1 + (strength * random.Uniform(-0.25f, 0.15f)));
        float across = random.Below(2) == 0 ? scale : -scale;
        float shiftX = strength * random.Uniform(-5, 5);
        float shiftY = strength * random.Uniform(-5, 5);
        float cos = MathF.Cos(angle);
        float sin = MathF.Sin(angle);
        const float Centre = (Side - 1) / 2f;
        byte[] moved = new byte[source.Length];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float fromX = x - Centre - shiftX;
                float fromY = y - Centre - shiftY;
                Sample(
                    source,
                    Centre + (across * ((cos * fromX) + (sin * fromY))),
                    Centre + (scale * ((cos * fromY) - (sin * fromX))),
                    moved.AsSpan(4 * ((y * Side) + x), 4));
            }
        }

        return moved;
    }

    // Bilinear; what lies outside is transparent.
    private static void Sample(byte[] source, float x, float y, Span<byte> pixel)
    {
        int left = (int)MathF.Floor(x);
        int top = (int)MathF.Floor(y);
        if (left < -1 || top < -1 || left >= Side || top >= Side)
        {
            return;
        }

        float right = x - left;
        float bottom = y - top;
        for (int channel = 0; channel < 4; channel++)
        {
            float upper = ((1 - right) * At(left, top, channel)) + (right * At(left + 1, top, channel));
            float lower = ((1 - right) * At(left, top + 1, channel)) + (right * At(left + 1, top + 1, channel));
            pixel[channel] = (byte)(((1 - bottom) * upper) + (bottom * lower) + 0.5f);
        }

        float At(int column, int row, int channel) =>
            column is >= 0 and < Side && row is >= 0 and < Side ? source[(4 * ((row * Side) + column)) + channel] : 0;
    }

    private static void Colour(byte[] pixels, float strength, SplitMix64 random)
    {
        bool grey = random.Below(6) == 0;
        float gain = 1 + (strength * random.Uniform(-0.25f, 0.25f));
        (float Gain, float Lift)[] tint =
        [
            .. Enumerable.Range(0, 3).Select(_ => (gain * (1 + Vary(0.2f)), Vary(0.1f))),
        ];
        float lightX = Vary(0.3f) / Side;
        float lightY = Vary(0.3f) / Side;
        for (int pixel = 0; pixel < Side * Side; pixel++)
        {
            Span<byte> colours = pixels.AsSpan(4 * pixel, 4);
            float alpha = colours[3];
            float light = 1 + (lightX * ((pixel % Side) - (Side / 2))) + (lightY * ((pixel / Side) - (Side / 2)));
            float mean = (colours[0] + colours[1] + colours[2]) / 3f;
            for (int channel = 0; channel < 3; channel++)
            {
                float colour = grey ? mean : colours[channel];
                colours[channel] = (byte)Math.Clamp(
                    (light * tint[channel].Gain * colour) + (tint[channel].Lift * alpha), 0, alpha);
            }
        }

        float Vary(float most) => strength * random.Uniform(-most, most);
    }
}
