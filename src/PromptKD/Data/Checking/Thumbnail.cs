using System.Numerics;
using PromptKD.Data.Decoding;

namespace PromptKD.Data.Checking;

/// <summary>A picture of 9 × 8 pixels, and which of its pixels are brighter than their left neighbours.</summary>
/// <param name="Colours">Red, green and blue of each pixel, row by row.</param>
/// <param name="Steps">A bit for each pixel but the first of a row: whether it is brighter than the one before.</param>
internal readonly record struct Thumbnail(byte[] Colours, ulong Steps)
{
    private const int Columns = 9;
    private const int Rows = 8;
    private const int Channels = 3;
    private const int MostSteps = 3;
    private const int MostLevels = 4;

    // Brightness in thousandths of a level. Less than two levels are noise: without it nothing flat would ever match.
    private const int LeastStep = 2000;

    /// <summary>Makes the thumbnail of a picture: each pixel is the mean of those that it stands for.</summary>
    public static Thumbnail Of(PixelBuffer picture)
    {
        byte[] colours = new byte[Columns * Rows * Channels];
        ulong steps = 0;
        for (int row = 0; row < Rows; row++)
        {
            int before = int.MaxValue - LeastStep;
            for (int column = 0; column < Columns; column++)
            {
                Span<byte> colour = colours.AsSpan(((row * Columns) + column) * Channels, Channels);
                Average(picture, column, row, colour);
                int brightness = (299 * colour[0]) + (587 * colour[1]) + (114 * colour[2]);
                steps = column == 0 ? steps : (steps << 1) | (brightness > before + LeastStep ? 1u : 0u);
                before = brightness;
            }
        }

        return new Thumbnail(colours, steps);
    }

    /// <summary>Whether two pictures look the same.</summary>
    public bool IsLike(Thumbnail other)
    {
        if (BitOperations.PopCount(Steps ^ other.Steps) > MostSteps)
        {
            return false;
        }

        int difference = 0;
        for (int index = 0; index < Colours.Length; index++)
        {
            difference += Math.Abs(Colours[index] - other.Colours[index]);
        }

        return difference <= MostLevels * Colours.Length;
    }

    private static void Average(PixelBuffer picture, int column, int row, Span<byte> colour)
    {
        (int left, int right) = Range(column, Columns, picture.Width);
        (int top, int bottom) = Range(row, Rows, picture.Height);
        Span<long> sums = stackalloc long[Channels];
        for (int y = top; y < bottom; y++)
        {
            ReadOnlySpan<byte> pixels = picture.Bytes.Slice(
                (y * picture.RowBytes) + (left * PixelBuffer.PixelBytes), (right - left) * PixelBuffer.PixelBytes);
            for (int place = 0; place < pixels.Length; place += PixelBuffer.PixelBytes)
            {
                for (int channel = 0; channel < Channels; channel++)
                {
                    sums[channel] += pixels[place + channel];
                }
            }
        }

        long count = (long)(right - left) * (bottom - top);
        for (int channel = 0; channel < Channels; channel++)
        {
            colour[channel] = (byte)((sums[channel] + (count / 2)) / count);
        }
    }

    // A picture of fewer pixels than the thumbnail has shares one among several.
    private static (int Start, int End) Range(int place, int places, int size)
    {
        int start = (int)((long)place * size / places);
        return (start, Math.Max(start + 1, (int)((long)(place + 1) * size / places)));
    }
}
