namespace PromptKD.Models.Weights.Pickle;

/// <summary>
/// Compares keys of Python dictionaries. Numbers are spread by a seed: of .NET's own hashes of them anybody can find a
/// million that are equal, and such a dictionary never gets done.
/// </summary>
internal sealed class PickleKeys : IEqualityComparer<object>
{
    /// <summary>The only one.</summary>
    public static PickleKeys Comparer { get; } = new();

    /// <inheritdoc/>
    public new bool Equals(object? one, object? other) => object.Equals(one, other);

    /// <inheritdoc/>
    public int GetHashCode(object key) => key switch
    {
        long number => Spread(number),
        double number => Spread(BitConverter.DoubleToInt64Bits(number)),
        _ => key.GetHashCode(),
    };

    private static int Spread(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));
}
