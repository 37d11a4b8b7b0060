namespace PromptKD.Data.Decoding;

/// <summary>
/// Draws the views that training sees: a random box of random aspect, mirrored half of the time. View v of picture p
/// depends on nothing but the seed, p, v and the picture's size, so that any process can draw any view alone, in any
/// order, and stored teacher features stay valid.
/// </summary>
/// <remarks>
/// <para>The rules are torchvision's <c>RandomResizedCrop</c> and <c>RandomHorizontalFlip</c> (0.14): an area and an
/// aspect are drawn up to ten times until the box fits, else the largest middle box of an allowed aspect is taken.
/// The numbers are not torch's: PyTorch's loader workers share no stream that another program could repeat.</para>
/// <para>The numbers are those of Philox4x32-10 with the seed as key and (block, 1, picture, view) as counter, drawn in
/// this order: area, aspect, then top and left once the box fits, last the flip. <see cref="Algorithm"/> changes
/// whenever any of this does.</para>
/// </remarks>
/// <param name="Seed">Chooses one of 2⁶⁴ independent sets of views.</param>
internal sealed record ViewGenerator(long Seed)
{
    /// <summary>Name and version of the way views are drawn; what is stored for views is stored under it.</summary>
    public const string Algorithm = "philox4x32-10/1";

    private const int Tries = 10;

    /// <summary>Whether a box is drawn; else each view is the whole picture, squashed to a square.</summary>
    public bool RandomCrop { get; init; } = true;

    /// <summary>Smallest area of a box, as a fraction of the picture's.</summary>
    public double MinArea { get; init; } = 0.08;

    /// <summary>Largest area of a box, as a fraction of the picture's.</summary>
    public double MaxArea { get; init; } = 1.0;

    /// <summary>Smallest width over height of a box.</summary>
    public double MinAspect { get; init; } = 3.0 / 4;

    /// <summary>Largest width over height of a box.</summary>
    public double MaxAspect { get; init; } = 4.0 / 3;

    /// <summary>How often a view is mirrored, 0 to 1.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>Draws one view.</summary>
    /// <param name="picture">Number of the picture, from 0.</param>
    /// <param name="view">Number of the view, from 0.</param>
    /// <param name="width">Width of the picture, in pixels.</param>
    /// <param name="height">Height of the picture, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or a size is not positive.</exception>
    public View Draw(int picture, int view, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(picture);
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        return Draw(width, height, new RandomStream(Seed, RandomPurpose.View, picture, view));
    }

    /// <summary>Draws one view from the given numbers.</summary>
    internal View Draw(int width, int height, IRandomNumbers random)
    {
        View box = RandomCrop ? DrawBox(width, height, random) : new View(0, 0, width, height, Flip: false);
        return box with { Flip = random.Uniform(0, 1) < FlipProbability };
    }

    private View DrawBox(int width, int height, IRandomNumbers random)
    {
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            double area = (double)width * height * random.Uniform(MinArea, MaxArea);
            double aspect = random.LogUniform(MinAspect, MaxAspect);
            double boxWidth = RoundHalfToEven(Math.Sqrt(area * aspect));
            double boxHeight = RoundHalfToEven(Math.Sqrt(area / aspect));
            if (boxWidth > 0 && boxWidth <= width && boxHeight > 0 && boxHeight <= height)
            {
                int top = random.Below(height - (int)boxHeight + 1);
                int left = random.Below(width - (int)boxWidth + 1);
                return new View(left, top, (int)boxWidth, (int)boxHeight, Flip: false);
            }
        }

        return MiddleBox(width, height);
    }

    /// <summary>The largest box in the middle whose aspect is allowed.</summary>
    private View MiddleBox(int width, int height)
    {
        double aspect = (double)width / height;
        int boxWidth = aspect > MaxAspect ? Math.Max((int)RoundHalfToEven(height * MaxAspect), 1) : width;
        int boxHeight = aspect < MinAspect ? Math.Max((int)RoundHalfToEven(width / MinAspect), 1) : height;
        return new View((width - boxWidth) / 2, (height - boxHeight) / 2, boxWidth, boxHeight, Flip: false);
    }

    private static double RoundHalfToEven(double value) => Math.Round(value, MidpointRounding.ToEven);
}
