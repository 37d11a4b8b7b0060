namespace PromptKD.Data.Decoding;

/// <summary>
/// The weighted source pixels behind each pixel of a resized line, as Pillow computes them: in double precision,
/// normalised, then rounded to whole numbers of 2⁻²².
/// </summary>
/// <remarks>
/// The kernel is stretched by the scale when it shrinks, so that every source pixel counts. Behaviour measured on
/// Pillow 9.4, whose <c>Image.resize</c> this reproduces bit for bit.
/// </remarks>
internal sealed class ResampleWeights
{
    /// <summary>Fractional bits of a weight: 32, less 8 for the pixel and 2 for sign and overshoot.</summary>
    public const int FractionBits = 22;

    private readonly int[] _weights;

    private ResampleWeights(int outputs, int taps)
    {
        Taps = taps;
        First = new int[outputs];
        _weights = new int[outputs * taps];
    }

    /// <summary>
    /// Source pixels behind each output pixel. An even number: those without influence weigh 0, and at most one of
    /// them lies past the end of the line.
    /// </summary>
    public int Taps { get; }

    /// <summary>Index of the first source pixel of each output pixel.</summary>
    public int[] First { get; }

    /// <summary>The weights of one output pixel, <see cref="Taps"/> of them.</summary>
    public ReadOnlySpan<int> Of(int output) => _weights.AsSpan(output * Taps, Taps);

    /// <summary>Computes the weights of part of a line.</summary>
    /// <param name="interpolation">The kernel.</param>
    /// <param name="extent">What is resized, how far, and which outputs are wanted.</param>
    public static ResampleWeights Create(Interpolation interpolation, LineExtent extent)
    {
        double scale = extent.Length / extent.FullOutput;
        double stretch = Math.Max(scale, 1);
        double support = (interpolation == Interpolation.Bicubic ? 2 : 1) * stretch;

        // Pixels outside the crop do not exist: a crop is resized as though it were a picture of its own.
        int from = (int)Math.Floor(extent.Start);
        int limit = Math.Min((int)Math.Ceiling(extent.Start + extent.Length), extent.SourceLimit) - from;
        int most = Math.Min(limit, (int)Math.Ceiling(2 * support) + 1);
        var result = new ResampleWeights(extent.Outputs, most + (most % 2));
        double[] exact = new double[most];
        for (int output = 0; output < extent.Outputs; output++)
        {
            double centre = ((extent.FirstOutput + output + 0.5) * scale) + (extent.Start - from);
            int first = Math.Max((int)(centre - support + 0.5), 0);
            int count = Math.Min((int)(centre + support + 0.5), limit) - first;
            double sum = 0;
            for (int tap = 0; tap < count; tap++)
            {
                exact[tap] = Kernel(interpolation, (first + tap - centre + 0.5) / stretch);
                sum += exact[tap];
            }

            // Near the far edge fewer pixels count: the weights move to the end, so that no tap reads past the edge.
            int lead = Math.Min(Math.Max(first + result.Taps - limit, 0), first);
            result.First[output] = from + first - lead;
            Span<int> weights = result._weights.AsSpan((output * result.Taps) + lead, count);
            for (int tap = 0; tap < count; tap++)
            {
                double weight = exact[tap] / sum * (1 << FractionBits);
                weights[tap] = (int)Math.Round(weight, MidpointRounding.AwayFromZero);
            }
        }

        return result;
    }

    private static double Kernel(Interpolation interpolation, double distance)
    {
        double x = Math.Abs(distance);
        if (interpolation == Interpolation.Bilinear)
        {
            return Math.Max(1 - x, 0);
        }

        // Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = −1/2.
        const double A = -0.5;
        return x switch
        {
            < 1 => (((A + 2) * x) - (A + 3)) * x * x + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * A,
            _ => 0,
        };
    }
}

/// <summary>One axis of a resize.</summary>
/// <param name="Start">Where the resized stretch begins, in source pixels.</param>
/// <param name="Length">Its length, in source pixels.</param>
/// <param name="SourceLimit">Source pixels there are.</param>
/// <param name="FullOutput">Length that the stretch is resized to, in output pixels.</param>
/// <param name="FirstOutput">The first output pixel wanted.</param>
/// <param name="Outputs">How many are wanted.</param>
internal readonly record struct LineExtent(
    double Start,
    double Length,
    int SourceLimit,
    long FullOutput,
    long FirstOutput,
    int Outputs);
