namespace PromptKD.Models.Weights.Pickle;

/// <summary>The name of a Python class or function. It stays a name: nothing is ever looked up or imported.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>An inert instance of a Python class that is not known here: its class's name and its data.</summary>
internal sealed class PickleObject(PickleGlobal pythonClass, object?[] arguments)
{
    /// <summary>The class's name.</summary>
    public PickleGlobal Class { get; } = pythonClass;

    /// <summary>What the constructor would have been given.</summary>
    public object?[] Arguments { get; } = arguments;

    /// <summary>What the instance's attributes would have been set from: usually a dictionary.</summary>
    public object? State { get; set; }

    /// <summary>Elements, where the class derives from a Python list or set.</summary>
    public List<object?> Items => field ??= [];

    /// <summary>Entries, where the class derives from a Python dictionary.</summary>
    public PickleDictionary Entries => field ??= [];
}

/// <summary>A Python dictionary: in insertion order, keys of any type.</summary>
internal sealed class PickleDictionary() : OrderedDictionary<object, object?>(PickleKeys.Comparer)
{
    /// <summary>Stands in for the key <c>None</c>, which a .NET dictionary cannot hold.</summary>
    public static object NoneKey { get; } = DBNull.Value;

    /// <summary>
    /// Whether to write it as a <c>collections.OrderedDict</c>, as state dicts are; reading does not tell.
    /// </summary>
    public bool IsOrdered { get; init; }

    /// <summary>Adds or replaces an entry.</summary>
    public void Set(object? key, object? value) => this[key ?? NoneKey] = value;

    /// <returns>The value under a key if it is there and has this type, else null.</returns>
    public T? Find<T>(object key)
        where T : class => TryGetValue(key, out object? value) ? value as T : null;
}
