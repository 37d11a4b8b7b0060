using System.Globalization;
using PromptKD.Models.Weights;

namespace PromptKD.Models.Towers;

/// <summary>
/// The tensors that a tower is to have: names and shapes, as a file holds them. A tower is built by asking what is
/// there,
/// so that every width, depth and kernel is the file's. Equal where all names and shapes are.
/// </summary>
internal sealed class TensorShapes : IEquatable<TensorShapes>
{
    private readonly IReadOnlyDictionary<string, long[]> _all;
    private readonly string _prefix;

    /// <param name="all">Under our names.</param>
    /// <param name="source">What they belong to, usually a path: messages begin with it.</param>
    public TensorShapes(IReadOnlyDictionary<string, long[]> all, string source)
        : this(all, source, "")
    {
    }

    private TensorShapes(IReadOnlyDictionary<string, long[]> all, string source, string prefix)
    {
        _all = all;
        Source = source;
        _prefix = prefix;
    }

    /// <summary>What they belong to, for messages.</summary>
    public string Source { get; }

    /// <summary>Names and shapes.</summary>
    public IEnumerable<KeyValuePair<string, long[]>> All => _all;

    /// <summary>Those of a module inside.</summary>
    /// <param name="name">Its name, without the dot behind it.</param>
    public TensorShapes Below(string name) => new(_all, Source, $"{_prefix}{name}.");

    /// <summary>Those of a numbered module inside.</summary>
    public TensorShapes Below(string name, int index) =>
        Below(string.Create(CultureInfo.InvariantCulture, $"{name}.{index}"));

    /// <summary>Whether there is such a tensor.</summary>
    public bool Has(string name) => _all.ContainsKey(_prefix + name);

    /// <summary>Whether there is any tensor in such a module.</summary>
    public bool HasBelow(string name) =>
        _all.Keys.Any(key => key.StartsWith($"{_prefix}{name}.", StringComparison.Ordinal));

    /// <summary>How many modules NAME.0, NAME.1, … there are.</summary>
    public int Count(string name)
    {
        int count = 0;
        while (HasBelow(string.Create(CultureInfo.InvariantCulture, $"{name}.{count}")))
        {
            count++;
        }

        return count;
    }

    /// <summary>How many modules 0, 1, … there are right here.</summary>
    public int CountHere()
    {
        int count = 0;
        while (HasBelow(count.ToString(CultureInfo.InvariantCulture)))
        {
            count++;
        }

        return count;
    }

    /// <summary>The shape of a tensor.</summary>
    /// <param name="name">Of the tensor.</param>
    /// <param name="dimensions">How many it must have.</param>
    /// <exception cref="PromptKDException">It is missing, has others, or no tower has such sizes.</exception>
    public long[] Of(string name, int dimensions)
    {
        const long Largest = 1 << 24;
        if (!_all.TryGetValue(_prefix + name, out long[]? shape))
        {
            throw new PromptKDException($"{Source}: no tensor '{_prefix}{name}'. Is the checkpoint complete?");
        }

        return shape.Length == dimensions && shape.All(size => size is > 0 and <= Largest)
            ? shape
            : throw new PromptKDException(
                $"{Source}: '{_prefix}{name}' is {ShapeText.Of(shape)}, expected {dimensions} dimensions of at least "
                + "1.");
    }

    /// <inheritdoc/>
    public bool Equals(TensorShapes? other) =>
        other is not null && _prefix == other._prefix && _all.Count == other._all.Count
        && _all.All(one => other._all.TryGetValue(one.Key, out long[]? shape) && shape.SequenceEqual(one.Value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShapes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_prefix, _all.Count);
}
