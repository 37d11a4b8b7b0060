using System.Text.Json;

namespace PromptKD.Golden;

/// <summary>How far one value of ours lies from the reference's.</summary>
/// <param name="What">Name of the tensor, string or number compared.</param>
/// <param name="Error">Largest absolute difference; infinite where shapes differ.</param>
/// <param name="Tolerance">Largest difference allowed; 0 asks for equality.</param>
internal sealed record Comparison(string What, double Error, double Tolerance)
{
    /// <summary>The error as a fraction of its tolerance: at most 1 passes.</summary>
    public double Fraction => Error == 0 ? 0 : Error / Tolerance;

    /// <summary>Whether the error is within the tolerance.</summary>
    public bool Holds => Fraction <= 1;

    /// <summary>Compares a tensor with the case's own tolerance for it (exactly, where the case states none).</summary>
    public static Comparison Of(GoldenCase source, string name, Tensor actual, Tensor expected) =>
        Of(name, actual, expected, source.Tolerance(name) ?? 0);

    /// <summary>Compares two tensors element by element in float64.</summary>
    public static Comparison Of(string name, Tensor actual, Tensor expected, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!actual.shape.SequenceEqual(expected.shape))
        {
            return new Comparison(
                $"{name}: [{string.Join(", ", actual.shape)}], not [{string.Join(", ", expected.shape)}]",
                double.PositiveInfinity,
                tolerance);
        }

        Tensor difference = actual.detach().to(ScalarType.Float64) - expected.to(ScalarType.Float64);
        double error = difference.numel() == 0 ? 0 : difference.abs().max().item<double>();
        return new Comparison(name, double.IsNaN(error) ? double.PositiveInfinity : error, tolerance);
    }

    /// <summary>Compares two numbers.</summary>
    public static Comparison Of(string name, double actual, double expected, double tolerance) =>
        new(name, double.IsNaN(actual) ? double.PositiveInfinity : Math.Abs(actual - expected), tolerance);

    /// <summary>Compares two values for equality; a difference counts as an infinite error.</summary>
    public static Comparison Same<T>(string name, T actual, T expected) =>
        EqualityComparer<T>.Default.Equals(actual, expected)
            ? new Comparison(name, 0, 0)
            : new Comparison(
                $"{name}: {JsonSerializer.Serialize(actual)}, not {JsonSerializer.Serialize(expected)}",
                double.PositiveInfinity,
                0);
}
