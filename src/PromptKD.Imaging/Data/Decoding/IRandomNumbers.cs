namespace PromptKD.Data.Decoding;

/// <summary>The random numbers that a view is drawn from.</summary>
internal interface IRandomNumbers
{
    /// <summary>A number spread evenly over [from, to).</summary>
    double Uniform(double from, double to);

    /// <summary>A number whose logarithm is spread evenly over [log from, log to).</summary>
    double LogUniform(double from, double to);

    /// <summary>A whole number spread evenly over [0, end).</summary>
    int Below(int end);
}
