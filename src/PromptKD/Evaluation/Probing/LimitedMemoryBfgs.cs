namespace PromptKD.Evaluation.Probing;

/// <summary>
/// Finds the minimum of a smooth convex function: L-BFGS (Liu and Nocedal, Mathematical Programming 45, 1989) with a
/// line search that halves steps until they descend enough (Armijo).
/// </summary>
internal static class LimitedMemoryBfgs
{
    private const int Memory = 10;
    private const int MostHalvings = 50;

    // The share of the descent that the slope promises.
    private const double SufficientDescent = 1e-4;

    /// <param name="objective">Value and gradient at a point.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="tolerance">Ends when no entry of the gradient is larger.</param>
    /// <param name="iterations">Ends after so many steps at most.</param>
    /// <returns>The best point: the last one.</returns>
    public static double[] Minimize(
        Func<double[], (double Value, double[] Gradient)> objective, double[] start, double tolerance, int iterations)
    {
        double[] point = start;
        (double value, double[] gradient) = objective(point);
        var history = new LinkedList<Correction>();
        for (int iteration = 0; iteration < iterations && gradient.Max(Math.Abs) > tolerance; iteration++)
        {
            double[] direction = Direction(gradient, history);
            double slope = Dot(gradient, direction);
            double length = history.Count == 0 ? Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient))) : 1;
            int halvings = 0;
            double[] next = Add(point, length, direction);
            (double nextValue, double[] nextGradient) = objective(next);
            while (!(nextValue <= value + (SufficientDescent * length * slope)))
            {
                if (++halvings > MostHalvings)
                {
                    return point; // Nothing is left to descend but rounding.
                }

                length /= 2;
                next = Add(point, length, direction);
                (nextValue, nextGradient) = objective(next);
            }

            Remember(history, Add(next, -1, point), Add(nextGradient, -1, gradient));
            (point, value, gradient) = (next, nextValue, nextGradient);
        }

        return point;
    }

    /// <summary>Minus the gradient times the inverse Hessian of the last steps: the two-loop recursion.</summary>
    private static double[] Direction(double[] gradient, LinkedList<Correction> history)
    {
        double[] direction = [.. gradient.Select(entry => -entry)];
        var shares = new Stack<double>();
        foreach (Correction newestFirst in history)
        {
            double share = Dot(newestFirst.Step, direction) / newestFirst.Curvature;
            direction = Add(direction, -share, newestFirst.Change);
            shares.Push(share);
        }

        if (history.First is { Value: { } newest })
        {
            double scale = newest.Curvature / Dot(newest.Change, newest.Change);
            direction = [.. direction.Select(entry => scale * entry)];
        }

        foreach (Correction oldestFirst in history.Reverse())
        {
            double share = Dot(oldestFirst.Change, direction) / oldestFirst.Curvature;
            direction = Add(direction, shares.Pop() - share, oldestFirst.Step);
        }

        return direction;
    }

    // A step along which the gradient does not change tells nothing.
    private static void Remember(LinkedList<Correction> history, double[] step, double[] change)
    {
        double curvature = Dot(step, change);
        if (curvature <= 0)
        {
            return;
        }

        history.AddFirst(new Correction(step, change, curvature));
        if (history.Count > Memory)
        {
            history.RemoveLast();
        }
    }

    private static double Dot(double[] first, double[] second)
    {
        double sum = 0;
        for (int entry = 0; entry < first.Length; entry++)
        {
            sum += first[entry] * second[entry];
        }

        return sum;
    }

    private static double[] Add(double[] first, double factor, double[] second)
    {
        double[] sum = new double[first.Length];
        for (int entry = 0; entry < first.Length; entry++)
        {
            sum[entry] = first[entry] + (factor * second[entry]);
        }

        return sum;
    }

    /// <summary>A step, how the gradient changed along it, and their product, which is positive.</summary>
    private sealed record Correction(double[] Step, double[] Change, double Curvature);
}
