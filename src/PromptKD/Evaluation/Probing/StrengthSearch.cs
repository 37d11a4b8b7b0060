namespace PromptKD.Evaluation.Probing;

/// <summary>
/// Chooses the strength of a linear probe by its accuracy on validation pictures: the best of seven powers of ten, 10⁶
/// to 10⁻⁶, then eight halvings of the range from a tenth of it to ten times it.
/// </summary>
/// <remarks>
/// CLIP, arXiv 2103.00020, appendix A.3, searches like this; range, steps and ties as in CoOp lpclip/linear_probe.py.
/// </remarks>
internal static class StrengthSearch
{
    private const int Halvings = 8;

    private static readonly double[] s_exponents = [6, 4, 2, 0, -2, -4, -6];

    /// <param name="accuracy">Validation accuracy of a strength. Asked once for each.</param>
    /// <returns>The strength that won the last comparison; of equals the weaker one.</returns>
    public static double Find(Func<double, double> accuracy)
    {
        var known = new Dictionary<double, double>();
        double Of(double exponent)
        {
            if (!known.TryGetValue(exponent, out double value))
            {
                value = accuracy(Math.Pow(10, exponent));
                known.Add(exponent, value);
            }

            return value;
        }

        double best = s_exponents.MaxBy(Of); // The first of equals.
        double low = best - 1, high = best + 1, chosen = low;
        for (int halving = 0; halving < Halvings; halving++)
        {
            double middle = (low + high) / 2;
            if (Of(low) < Of(high))
            {
                (chosen, low) = (high, middle);
            }
            else
            {
                (chosen, high) = (low, middle);
            }
        }

        return Math.Pow(10, chosen);
    }
}
