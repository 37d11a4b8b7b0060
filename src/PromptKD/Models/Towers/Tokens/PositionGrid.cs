using PromptKD.Models.Clip;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// Brings a square table of positions to another grid of patches: rows and columns one after the other, each a matrix
/// of
/// weights. Output i stands at (i + ½) · old / new − ½ of the old table.
/// </summary>
internal static class PositionGrid
{
    private const double AntialiasedCubic = -0.5;
    private const double PlainCubic = -0.75;
    private const int Reach = 2;
    private const double Shift = 0.1;

    /// <summary>The table for another grid.</summary>
    /// <param name="table">Row by row, [side · side, width].</param>
    /// <param name="rows">Patches from top to bottom.</param>
    /// <param name="columns">Patches from left to right.</param>
    /// <param name="kind">Whose way.</param>
    /// <returns>Float32, [rows · columns, width].</returns>
    public static Tensor Resample(Tensor table, long rows, long columns, PositionResampling kind)
    {
        using DisposeScope scope = NewDisposeScope();
        long side = (long)Math.Round(Math.Sqrt(table.shape[0]));
        long width = table.shape[1];
        Tensor vertical = Weights(side, rows, kind).to(table.device);
        Tensor horizontal = Weights(side, columns, kind).to(table.device);
        Tensor wide = table.to(ScalarType.Float32).view(side, side * width);
        Tensor tall = vertical.matmul(wide).view(rows, side, width);
        return horizontal.matmul(tall).reshape(rows * columns, width).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of each old place in each new one.</summary>
    /// <returns>Float32 on the CPU, [places, side].</returns>
    internal static Tensor Weights(long side, long places, PositionResampling kind)
    {
        float[] weights = new float[places * side];
        double step = kind == PositionResampling.ShiftedCubic ? side / (places + Shift) : (double)side / places;
        for (int place = 0; place < places; place++)
        {
            Span<float> row = weights.AsSpan((int)(place * side), (int)side);
            double centre = ((place + 0.5) * step) - 0.5;
            if (kind == PositionResampling.Antialiased)
            {
                WriteAntialiased(row, centre, Math.Max(step, 1));
            }
            else
            {
                WriteClamped(row, centre);
            }
        }

        return tensor(weights).view(places, side);
    }

    // The kernel grows as wide as a step; what lies outside of the table is left out, and the rest brought to a sum of
    // 1.
    private static void WriteAntialiased(Span<float> row, double centre, double scale)
    {
        double[] weights = new double[row.Length];
        for (int old = 0; old < row.Length; old++)
        {
            weights[old] = Cubic((old - centre) / scale, AntialiasedCubic);
        }

        double sum = weights.Sum();
        for (int old = 0; old < row.Length; old++)
        {
            row[old] = (float)(weights[old] / sum);
        }
    }

    private static void WriteClamped(Span<float> row, double centre)
    {
        int first = (int)Math.Floor(centre) - 1;
        for (int old = first; old < first + (2 * Reach); old++)
        {
            row[Math.Clamp(old, 0, row.Length - 1)] += (float)Cubic(old - centre, PlainCubic);
        }
    }

    /// <summary>Keys' cubic convolution kernel.</summary>
    private static double Cubic(double distance, double a)
    {
        double x = Math.Abs(distance);
        return x < 1 ? (((a + 2) * x) - (a + 3)) * x * x + 1
            : x < Reach ? a * ((((x - 5) * x) + 8) * x - 4)
            : 0;
    }
}
