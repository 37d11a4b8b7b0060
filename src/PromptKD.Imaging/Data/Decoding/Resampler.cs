using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PromptKD.Data.Decoding;

/// <summary>
/// Resizes pictures as Pillow's <c>Image.resize</c> does, bit for bit: every row first, rounded to 8 bits, then every
/// column, in whole-number arithmetic. Only the window that is kept is computed.
/// </summary>
internal static class Resampler
{
    private const int HalfLevel = 1 << (ResampleWeights.FractionBits - 1);
    private const int PixelBytes = PixelBuffer.PixelBytes;

    /// <summary>Resizes a box of <paramref name="source"/> and returns the window. Does not flip.</summary>
    /// <exception cref="InvalidDataException">The picture is so elongated that the rows between do not fit.</exception>
    /// <remarks>
    /// What lies outside of the resized picture is not in the result, which is then smaller than the window.
    /// </remarks>
    public static PixelBuffer Resize(PixelBuffer source, Framing framing, Interpolation interpolation)
    {
        (long left, int width) = Seen(framing.WindowLeft, framing.ResizedWidth, framing.Size);
        (long top, int height) = Seen(framing.WindowTop, framing.ResizedHeight, framing.Size);
        var horizontal = ResampleWeights.Create(
            interpolation,
            new LineExtent(framing.Left, framing.Width, source.Width, framing.ResizedWidth, left, width));
        var vertical = ResampleWeights.Create(
            interpolation,
            new LineExtent(framing.Top, framing.Height, source.Height, framing.ResizedHeight, top, height));

        int firstRow = vertical.First[0];
        int endRow = Math.Min(vertical.First[^1] + vertical.Taps, source.Height);
        using var narrow = PixelBuffer.Aligned(width, endRow - firstRow);
        ResizeRows(source, firstRow, horizontal, narrow);
        var result = PixelBuffer.Aligned(width, height);
        ResizeColumns(narrow, firstRow, vertical, result);
        return result;
    }

    private static (long First, int Length) Seen(long window, long resized, int size)
    {
        long first = Math.Max(window, 0);
        return (first, (int)(Math.Min(window + size, resized) - first));
    }

    /// <summary>Two weights of a row at a time meet two neighbouring pixels: eight products an instruction.</summary>
    private static void ResizeRows(PixelBuffer source, int firstRow, ResampleWeights weights, PixelBuffer target)
    {
        int pairs = weights.Taps / 2;
        Vector256<int>[] spread = Spread(weights);
        for (int row = 0; row < target.Height; row++)
        {
            ReadOnlySpan<byte> from = source.Bytes[((firstRow + row) * source.RowBytes)..];
            Span<uint> to = MemoryMarshal.Cast<byte, uint>(target.Bytes.Slice(row * target.RowBytes, target.RowBytes));
            for (int column = 0; column < target.Width; column++)
            {
                ReadOnlySpan<Vector256<int>> factors = spread.AsSpan(column * pairs, pairs);
                ReadOnlySpan<ulong> pixels = MemoryMarshal.Cast<byte, ulong>(
                    from.Slice(weights.First[column] * PixelBytes, weights.Taps * PixelBytes));
                Vector256<int> sum = Vector256<int>.Zero;
                for (int pair = 0; pair < factors.Length; pair++)
                {
                    sum += factors[pair] * Widen(pixels[pair]);
                }

                to[column] = Round(sum.GetLower() + sum.GetUpper()).AsUInt32().ToScalar();
            }
        }
    }

    /// <summary>Each weight four times, once a channel, so that a pair of them is one vector.</summary>
    private static Vector256<int>[] Spread(ResampleWeights weights)
    {
        int pairs = weights.Taps / 2;
        var spread = new Vector256<int>[weights.First.Length * pairs];
        for (int output = 0; output < weights.First.Length; output++)
        {
            ReadOnlySpan<int> one = weights.Of(output);
            for (int pair = 0; pair < pairs; pair++)
            {
                spread[(output * pairs) + pair] = Vector256.Create(
                    Vector128.Create(one[2 * pair]), Vector128.Create(one[(2 * pair) + 1]));
            }
        }

        return spread;
    }

    /// <summary>Columns are independent, so that neighbouring bytes of a row share their weights.</summary>
    private static void ResizeColumns(PixelBuffer source, int firstRow, ResampleWeights weights, PixelBuffer target)
    {
        for (int row = 0; row < target.Height; row++)
        {
            int start = weights.First[row] - firstRow;
            int taps = Math.Min(weights.Taps, source.Height - start);
            ReadOnlySpan<int> factors = weights.Of(row)[..taps];
            ReadOnlySpan<ulong> from = Words(source.Bytes.Slice(start * source.RowBytes, taps * source.RowBytes));
            Span<ulong> to = Words(target.Bytes.Slice(row * target.RowBytes, target.RowBytes));
            for (int place = 0; place < to.Length; place += 2)
            {
                Vector256<int> low = Vector256<int>.Zero, high = Vector256<int>.Zero;
                int word = place;
                foreach (int factor in factors)
                {
                    ReadOnlySpan<ulong> two = from.Slice(word, 2);
                    low += Widen(two[0]) * factor;
                    high += Widen(two[1]) * factor;
                    word += to.Length;
                }

                to[place] = Round(low).AsUInt64().ToScalar();
                to[place + 1] = Round(high).AsUInt64().ToScalar();
            }
        }
    }

    private static Span<ulong> Words(Span<byte> bytes) => MemoryMarshal.Cast<byte, ulong>(bytes);

    /// <summary>Eight bytes as eight whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(ulong bytes)
    {
        Vector128<byte> levels = Vector128.CreateScalarUnsafe(bytes).AsByte();
        if (Avx2.IsSupported)
        {
            return Avx2.ConvertToVector256Int32(levels);
        }

        Vector128<ushort> words = Vector128.WidenLower(levels);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }

    /// <summary>Fixed-point sums as bytes: rounded, and clipped where the kernel overshoots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector64<byte> Round(Vector256<int> sums)
    {
        Vector256<int> levels = Vector256.ShiftRightArithmetic(
            sums + Vector256.Create(HalfLevel), ResampleWeights.FractionBits);
        levels = Vector256.Min(Vector256.Max(levels, Vector256<int>.Zero), Vector256.Create(255));
        Vector128<short> words = Vector128.Narrow(levels.GetLower(), levels.GetUpper());
        return Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).GetLower();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector64<byte> Round(Vector128<int> sums) =>
        Round(Vector256.Create(sums, sums));
}
