namespace PromptKD.Evaluation;

/// <summary>How far a student's probabilities can be taken at their word.</summary>
/// <param name="Temperature">
/// Divides the student's logits before softmax; above 1 where it was too sure of itself. 1 where no temperature that
/// fits makes the calibration error smaller.
/// </param>
/// <param name="FittedTo"><see cref="Labels"/> or <see cref="Teacher"/>.</param>
/// <param name="Pictures">Pictures that it was fitted on; none of them was trained on.</param>
/// <param name="ErrorBefore">Expected calibration error without the temperature, 0–1.</param>
/// <param name="ErrorAfter">With it, on the same pictures.</param>
public sealed record Calibration(
    double Temperature, string FittedTo, int Pictures, double ErrorBefore, double ErrorAfter)
{
    /// <summary>Fitted to the labels of the validation pictures.</summary>
    public const string Labels = "labels";

    /// <summary>Fitted to the teacher's probabilities of held-out pictures.</summary>
    public const string Teacher = "teacher";

    // Between these the fit is looked for. A student at an end is sure of nothing, or of everything: that is no fit.
    private const double Coldest = 0.02;
    private const double Warmest = 50;
    private const int Fewest = 20;

    /// <summary>Whether <see cref="Temperature"/> is one that a fit can give.</summary>
    internal bool IsPossible => Temperature is >= Coldest and <= Warmest;

    /// <summary>Fits a temperature to labels.</summary>
    /// <param name="pictures">Logits of each picture, [classes], with its label.</param>
    /// <returns>
    /// Null where labels do not decide it: too few pictures, or a student that is never wrong, or always.
    /// </returns>
    internal static Calibration? ToLabels(IReadOnlyList<(float[] Logits, int Label)> pictures) => Fit(
        [.. pictures.Select(picture => (picture.Logits, (double)picture.Logits[picture.Label]))],
        Labels,
        (place, best) => best == pictures[place].Label ? 1 : 0);

    /// <summary>Fits a temperature to a teacher's probabilities.</summary>
    /// <param name="pictures">Logits of each picture, [classes], with the teacher's probabilities.</param>
    /// <returns>Null where they do not decide it.</returns>
    internal static Calibration? ToTeacher(IReadOnlyList<(float[] Logits, double[] Probabilities)> pictures) => Fit(
        [.. pictures.Select(picture => (picture.Logits, Mean(picture.Logits, picture.Probabilities)))],
        Teacher,
        (place, best) => pictures[place].Probabilities[best]);

    private static Calibration? Fit(
        IReadOnlyList<(float[] Logits, double Wanted)> pictures, string fittedTo, Func<int, int, double> rightness)
    {
        if (pictures.Count < Fewest || Solve(pictures) is not { } temperature)
        {
            return null;
        }

        // The fit is of all probabilities of a picture; whether the largest can be taken at its word the better for it
        // is another question. Where not, they stay as they are.
        double before = Error(1), after = Error(temperature);
        return after <= before
            ? new Calibration(temperature, fittedTo, pictures.Count, before, after)
            : new Calibration(1, fittedTo, pictures.Count, before, before);

        double Error(double by) => Reliability.Of([.. pictures.Index().Select(picture =>
        {
            int best = AnswerStatistics.Best(picture.Item.Logits);
            return (AnswerStatistics.Softmax(picture.Item.Logits, by)[best], rightness(picture.Index, best));
        })]).ExpectedError;
    }

    // The cross-entropy is convex in the inverse temperature: its slope, mean expected logit under the student less
    // under what is fitted to, rises through zero once. Newton's steps, kept between two signs.
    private static double? Solve(IReadOnlyList<(float[] Logits, double Wanted)> pictures)
    {
        double low = 1 / Warmest, high = 1 / Coldest;
        if (Slope(pictures, low).Value >= 0 || Slope(pictures, high).Value <= 0)
        {
            return null;
        }

        double inverse = 1;
        for (int step = 0; step < 100 && high - low > 1e-12 * high; step++)
        {
            (double value, double rise) = Slope(pictures, inverse);
            (low, high) = value < 0 ? (inverse, high) : (low, inverse);
            double next = inverse - (value / rise);
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - inverse) <= 1e-12 * inverse)
            {
                break;
            }

            inverse = next;
        }

        return 1 / inverse;
    }

    private static (double Value, double Rise) Slope(
        IReadOnlyList<(float[] Logits, double Wanted)> pictures, double inverse)
    {
        double value = 0, rise = 0;
        foreach ((float[] logits, double wanted) in pictures)
        {
            double[] probabilities = AnswerStatistics.Softmax(logits, 1 / inverse);
            double mean = Mean(logits, probabilities);
            double spread = 0;
            for (int place = 0; place < logits.Length; place++)
            {
                spread += probabilities[place] * (logits[place] - mean) * (logits[place] - mean);
            }

            value += mean - wanted;
            rise += spread;
        }

        return (value, rise);
    }

    private static double Mean(float[] logits, double[] probabilities)
    {
        double mean = 0;
        for (int place = 0; place < logits.Length; place++)
        {
            mean += probabilities[place] * logits[place];
        }

        return mean;
    }
}
