namespace PretrainDemo;

/// <summary>Turns bytes into what an image encoder sees: (value / 255 - mean) / deviation.</summary>
/// <param name="Mean">Of red, green and blue, 0 to 1.</param>
/// <param name="Deviation">Of red, green and blue, 0 to 1.</param>
internal sealed record PixelNormalisation(float[] Mean, float[] Deviation)
{
    /// <summary>CLIP's own, measured on its training pictures.</summary>
    public static PixelNormalisation Clip { get; } = new(
        [0.48145466f, 0.4578275f, 0.40821073f], [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>Normalises one picture.</summary>
    /// <param name="picture">Red, green and blue of each pixel, row by row.</param>
    /// <param name="planes">Gets [channel, row, column].</param>
    public void Apply(ReadOnlySpan<byte> picture, Span<float> planes)
    {
        int pixels = picture.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            float scale = 1 / (255 * Deviation[channel]);
            float offset = Mean[channel] / Deviation[channel];
            Span<float> plane = planes.Slice(channel * pixels, pixels);
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                plane[pixel] = (picture[(3 * pixel) + channel] * scale) - offset;
            }
        }
    }
}
