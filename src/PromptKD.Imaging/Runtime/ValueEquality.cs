using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PromptKD.Runtime;

/// <summary>
/// Lets records that hold lists and tables compare by value: what is made here equals what has the same entries.
/// Nothing is copied.
/// </summary>
internal static class ValueEquality
{
    /// <summary>The same list; equal to every one of the same entries in the same order.</summary>
    /// <param name="items">Null stays null.</param>
    [return: NotNullIfNotNull(nameof(items))]
    public static IReadOnlyList<T>? Of<T>(IReadOnlyList<T>? items) =>
        items is null or EqualList<T> ? items : new EqualList<T>(items);

    /// <summary>The same rows; equal to all of the same entries in the same places.</summary>
    /// <param name="rows">Null stays null.</param>
    [return: NotNullIfNotNull(nameof(rows))]
    public static IReadOnlyList<IReadOnlyList<T>>? OfRows<T>(IReadOnlyList<IReadOnlyList<T>>? rows) =>
        rows is null ? null : Of<IReadOnlyList<T>>([.. rows.Select(row => Of(row))]);

    /// <summary>The same table; equal to every one of the same keys and values, in any order.</summary>
    /// <param name="entries">Null stays null.</param>
    [return: NotNullIfNotNull(nameof(entries))]
    public static IReadOnlyDictionary<TKey, TValue>? Of<TKey, TValue>(IReadOnlyDictionary<TKey, TValue>? entries)
        where TKey : notnull =>
        entries is null or EqualTable<TKey, TValue> ? entries : new EqualTable<TKey, TValue>(entries);

    private sealed class EqualList<T>(IReadOnlyList<T> items) : IReadOnlyList<T>
    {
        public int Count => items.Count;

        public T this[int index] => items[index];

        public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override bool Equals(object? obj) => obj is EqualList<T> other && this.SequenceEqual(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (T item in items)
            {
                hash.Add(item);
            }

            return hash.ToHashCode();
        }
    }

    private sealed class EqualTable<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> entries)
        : IReadOnlyDictionary<TKey, TValue>, IEqualTable
        where TKey : notnull
    {
        public int Count => entries.Count;

        public IEnumerable<TKey> Keys => entries.Keys;

        public IEnumerable<TValue> Values => entries.Values;

        IEnumerable IEqualTable.Values => Values;

        public TValue this[TKey key] => entries[key];

        public bool ContainsKey(TKey key) => entries.ContainsKey(key);

        public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) =>
            entries.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => entries.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override bool Equals(object? obj) => obj is EqualTable<TKey, TValue> other
            && Count == other.Count
            && this.All(entry => other.TryGetValue(entry.Key, out TValue? value)
                && EqualityComparer<TValue>.Default.Equals(entry.Value, value));

        // The order of entries is no part of what they are.
        public override int GetHashCode() =>
            entries.Aggregate(Count, (sum, entry) => sum ^ HashCode.Combine(entry.Key, entry.Value));
    }
}

/// <summary>A table whose types of keys and values nobody has to know.</summary>
internal interface IEqualTable
{
    /// <summary>All values.</summary>
    IEnumerable Values { get; }
}
