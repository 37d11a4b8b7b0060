namespace PromptKD.Benchmarks;

/// <summary>The arithmetic of the matrix products in one operation, whatever way it is computed.</summary>
/// <param name="amount">Billions of floating-point operations; a multiplication with its addition is two.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GflopAttribute(double amount) : Attribute
{
    /// <summary>Billions of floating-point operations.</summary>
    public double Amount { get; } = amount;
}
