namespace PromptKD.Scale;

/// <summary>Times that vary: by a log-normal factor of mean 1, the same ones for the same seed.</summary>
/// <param name="spread">Standard deviation over mean.</param>
/// <param name="seed">Of the draws.</param>
internal sealed class Noise(double spread, int seed)
{
    private readonly Random _random = new(seed);
    private readonly double _sigma = Math.Sqrt(Math.Log(1 + (spread * spread)));

    /// <summary>The next factor.</summary>
    public double Factor()
    {
        double length = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
        double normal = length * Math.Cos(2 * Math.PI * _random.NextDouble());
        return Math.Exp((_sigma * normal) - (_sigma * _sigma / 2));
    }

    /// <summary>Seconds until something happens that happens at any time alike.</summary>
    /// <param name="mean">Seconds on average.</param>
    public double Until(double mean) => -mean * Math.Log(1 - _random.NextDouble());
}
