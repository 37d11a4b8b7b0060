using System.Runtime.InteropServices;

namespace PromptKD.Data.Decoding;

/// <summary>Turns and mirrors pictures as EXIF's orientation (tag 0x0112) asks for.</summary>
internal static class PixelTurn
{
    // Rows of one picture are columns of the other: small squares keep both in the cache.
    private const int Tile = 32;

    /// <summary>The picture as it was meant to be seen.</summary>
    /// <param name="stored">The picture as stored; not changed.</param>
    /// <param name="orientation">
    /// Where its first row and its first column belong: 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 to 8
    /// the same with rows and columns exchanged (left top, right top, right bottom, left bottom).
    /// </param>
    public static PixelBuffer Upright(PixelBuffer stored, int orientation)
    {
        bool swaps = orientation > 4;
        PixelBuffer upright = swaps
            ? PixelBuffer.Dense(stored.Height, stored.Width)
            : PixelBuffer.Dense(stored.Width, stored.Height);
        int wide = stored.RowBytes / PixelBuffer.PixelBytes;
        bool fromRight = orientation is 2 or 3 or 7 or 8;
        bool fromBottom = orientation is 3 or 4 or 6 or 7;
        int along = fromRight ? -1 : 1;
        int across = fromBottom ? -wide : wide;
        var walk = new Walk(
            Start: (fromRight ? stored.Width - 1 : 0) + (fromBottom ? (stored.Height - 1) * wide : 0),
            Right: swaps ? across : along,
            Down: swaps ? along : across);
        for (int top = 0; top < upright.Height; top += Tile)
        {
            for (int left = 0; left < upright.Width; left += Tile)
            {
                CopyTile(stored, upright, walk, left, top);
            }
        }

        return upright;
    }

    private static void CopyTile(PixelBuffer stored, PixelBuffer upright, Walk walk, int left, int top)
    {
        ReadOnlySpan<uint> from = Pixels(stored);
        Span<uint> to = Pixels(upright);
        int right = Math.Min(left + Tile, upright.Width);
        int bottom = Math.Min(top + Tile, upright.Height);
        for (int row = top; row < bottom; row++)
        {
            int source = walk.Start + (row * walk.Down) + (left * walk.Right);
            foreach (ref uint pixel in to[((row * upright.Width) + left)..((row * upright.Width) + right)])
            {
                pixel = from[source];
                source += walk.Right;
            }
        }
    }

    private static Span<uint> Pixels(PixelBuffer buffer) =>
        MemoryMarshal.Cast<byte, uint>(buffer.Bytes[..(buffer.Height * buffer.RowBytes)]);

    /// <summary>The way through the stored picture, pixel by pixel of the upright one.</summary>
    /// <param name="Start">The stored pixel that comes to lie top left.</param>
    /// <param name="Right">From there to its right neighbour, in stored pixels.</param>
    /// <param name="Down">From there to the one below it.</param>
    private readonly record struct Walk(int Start, int Right, int Down);
}
