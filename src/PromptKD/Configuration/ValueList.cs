using System.Collections;
using System.Runtime.CompilerServices;

namespace PromptKD.Configuration;

/// <summary>
/// An immutable list that equals another with the same elements in the same order, so that records which hold
/// one compare by value. Write it as a collection expression: <c>[224, 224]</c>.
/// </summary>
/// <typeparam name="T">What the list holds.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _items;

    internal ValueList(ReadOnlySpan<T> items) => _items = items.ToArray();

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) => other is not null && _items.SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (T item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The elements as a configuration file writes them.</summary>
    public override string ToString() => $"[{string.Join(", ", _items.Select(item => ConfigValue.Show(item)))}]";
}

/// <summary>Makes <see cref="ValueList{T}"/>s; collection expressions call it.</summary>
public static class ValueList
{
    /// <summary>A list of <paramref name="items"/>, copied.</summary>
    /// <typeparam name="T">What the list holds.</typeparam>
    /// <param name="items">The elements in order.</param>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items);
}
