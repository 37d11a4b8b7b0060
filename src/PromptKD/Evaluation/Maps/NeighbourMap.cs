using PromptKD.Data.Decoding;

namespace PromptKD.Evaluation.Maps;

/// <summary>
/// A map on which neighbours stay neighbours: t-SNE (van der Maaten and Hinton, JMLR 9, 2008), exact, in float64 and by
/// one thread, so that the same rows and seed give the same map on one kind of processor.
/// </summary>
/// <remarks>
/// Begins at the principal components, brought to a deviation of 10⁻⁴, with as much noise as a tenth of that;
/// exaggerates by 12 in the first 250 of 1,000 steps; steps of a 48th of the rows, 50 at least, as Kobak and Berens
/// (Nature Communications 10, 2019) and Belkina and others (the same volume) advise.
/// </remarks>
internal static class NeighbourMap
{
    /// <summary>Fewest rows of which a map says anything.</summary>
    public const int FewestRows = 10;

    /// <summary>
    /// Neighbours that a point is placed by, where nothing else is asked for and there are rows enough.
    /// </summary>
    public const double UsualPerplexity = 30;

    private const int Steps = 1000;
    private const int ExaggeratedSteps = 250;
    private const double Exaggeration = 12;
    private const double StartDeviation = 1e-4;
    private const double Noise = 1e-5;
    private const double LeastGain = 0.01;
    private const double SmallestStep = 50;

    /// <summary>The largest perplexity that so many rows allow.</summary>
    public static double LargestPerplexity(int rows) => (rows - 1) / 3.0;

    /// <param name="rows">What is mapped; <see cref="FewestRows"/> or more.</param>
    /// <param name="perplexity">Effective number of neighbours, 2 to <see cref="LargestPerplexity"/>.</param>
    /// <param name="seed">Of the noise at the start.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>A point a row, around 0.</returns>
    public static IReadOnlyList<(double X, double Y)> Of(
        IReadOnlyList<float[]> rows, double perplexity, int seed, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Count, FewestRows, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perplexity, LargestPerplexity(rows.Count));
        double[][] joint = Joint(rows, perplexity, cancellation);
        double[] points = Start(rows, seed);
        var descent = new Descent(points.Length, Math.Max(SmallestStep, rows.Count / Exaggeration / 4));
        for (int step = 0; step < Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool exaggerates = step < ExaggeratedSteps;
            double[] slope = Gradient(joint, points, exaggerates ? Exaggeration : 1);
            descent.Step(points, slope, momentum: exaggerates ? 0.5 : 0.8);
        }

        return [.. Enumerable.Range(0, rows.Count).Select(row => (points[2 * row], points[(2 * row) + 1]))];
    }

    /// <summary>
    /// How likely a row takes each of the others for its neighbour: normal around it, as wide as is asked for.
    /// </summary>
    /// <param name="squaredDistances">To each of the others.</param>
    /// <param name="perplexity">Two to the power of the entropy in bits that the result is to have.</param>
    /// <returns>Probabilities; equal distances have equal ones.</returns>
    public static double[] Neighbours(IReadOnlyList<double> squaredDistances, double perplexity)
    {
        const int MostHalvings = 200;
        const double Tolerance = 1e-9;
        double nearest = squaredDistances.Min(), target = Math.Log(perplexity);
        double precision = 1, low = 0, high = double.PositiveInfinity;
        double[] weights = new double[squaredDistances.Count];
        for (int halving = 0; ; halving++)
        {
            double sum = 0, mean = 0;
            for (int other = 0; other < weights.Length; other++)
            {
                double beyond = squaredDistances[other] - nearest;
                weights[other] = Math.Exp(-precision * beyond);
                sum += weights[other];
                mean += weights[other] * beyond;
            }

            double surplus = Math.Log(sum) + (precision * mean / sum) - target; // nats
            if (Math.Abs(surplus) < Tolerance || halving == MostHalvings)
            {
                return [.. weights.Select(weight => weight / sum)];
            }

            (low, high) = surplus > 0 ? (precision, high) : (low, precision);
            precision = double.IsInfinity(high) ? Math.Min(2 * precision, double.MaxValue) : (low + high) / 2;
        }
    }

    // [row][smaller row]: the mean of both views, over all pairs in both orders 1.
    private static double[][] Joint(IReadOnlyList<float[]> rows, double perplexity, CancellationToken cancellation)
    {
        double[][] squared = [.. Enumerable.Range(0, rows.Count).Select(row => Squared(rows, row))];
        double[][] joint = [.. Enumerable.Range(0, rows.Count).Select(row => new double[row])];
        for (int row = 0; row < rows.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] to = [.. squared[row], .. squared.Skip(row + 1).Select(other => other[row])];
            double[] neighbours = Neighbours(to, perplexity);
            for (int other = 0; other < neighbours.Length; other++)
            {
                (int larger, int smaller) = other < row ? (row, other) : (other + 1, row);
                joint[larger][smaller] += neighbours[other] / (2 * rows.Count);
            }
        }

        return joint;
    }

    private static double[] Squared(IReadOnlyList<float[]> rows, int row)
    {
        double[] squared = new double[row];
        for (int other = 0; other < row; other++)
        {
            double sum = 0;
            for (int entry = 0; entry < rows[row].Length; entry++)
            {
                double difference = (double)rows[row][entry] - rows[other][entry];
                sum += difference * difference;
            }

            squared[other] = sum;
        }

        return squared;
    }

    private static double[] Start(IReadOnlyList<float[]> rows, int seed)
    {
        IReadOnlyList<(double X, double Y)> components = PrincipalComponents.Of(rows).Points;
        double deviation = Math.Sqrt(components.Sum(point => point.X * point.X) / rows.Count);
        double scale = deviation > 0 ? StartDeviation / deviation : 0;
        var random = new RandomStream(seed, RandomPurpose.Map, 1, 0);
        return
        [
            .. components.SelectMany(point => new[] { point.X, point.Y })
                .Select(at => (scale * at) + random.Uniform(-Noise, Noise)),
        ];
    }

    // 4 Σ (p − q) (a − b) / (1 + ‖a − b‖²), the pull of all pairs and, once the sum of q is known, their push.
    private static double[] Gradient(double[][] joint, double[] points, double exaggeration)
    {
        double[] pull = new double[points.Length], push = new double[points.Length];
        double sum = 0;
        for (int row = 1; row < joint.Length; row++)
        {
            double x = points[2 * row], y = points[(2 * row) + 1];
            double pullX = 0, pullY = 0, pushX = 0, pushY = 0;
            double[] near = joint[row];
            for (int other = 0; other < near.Length; other++)
            {
                double dx = x - points[2 * other], dy = y - points[(2 * other) + 1];
                double closeness = 1 / (1 + (dx * dx) + (dy * dy));
                double drawn = near[other] * closeness, driven = closeness * closeness;
                sum += 2 * closeness;
                pullX += drawn * dx;
                pullY += drawn * dy;
                pushX += driven * dx;
                pushY += driven * dy;
                pull[2 * other] -= drawn * dx;
                pull[(2 * other) + 1] -= drawn * dy;
                push[2 * other] -= driven * dx;
                push[(2 * other) + 1] -= driven * dy;
            }

            pull[2 * row] += pullX;
            pull[(2 * row) + 1] += pullY;
            push[2 * row] += pushX;
            push[(2 * row) + 1] += pushY;
        }

        return [.. pull.Zip(push, (towards, away) => 4 * ((exaggeration * towards) - (away / sum)))];
    }

    /// <summary>
    /// Gradient descent with momentum, and a gain for each entry that grows while its direction stays.
    /// </summary>
    private sealed class Descent(int length, double rate)
    {
        private readonly double[] _speed = new double[length];
        private readonly double[] _gains = [.. Enumerable.Repeat(1.0, length)];

        public void Step(double[] points, double[] slope, double momentum)
        {
            for (int entry = 0; entry < points.Length; entry++)
            {
                bool turns = slope[entry] * _speed[entry] > 0;
                _gains[entry] = Math.Max(LeastGain, turns ? _gains[entry] * 0.8 : _gains[entry] + 0.2);
                _speed[entry] = (momentum * _speed[entry]) - (rate * _gains[entry] * slope[entry]);
                points[entry] += _speed[entry];
            }

            Centre(points, first: 0);
            Centre(points, first: 1);
        }

        private static void Centre(double[] points, int first)
        {
            double mean = 0;
            for (int entry = first; entry < points.Length; entry += 2)
            {
                mean += points[entry] / (points.Length / 2);
            }

            for (int entry = first; entry < points.Length; entry += 2)
            {
                points[entry] -= mean;
            }
        }
    }
}
