namespace PromptKD.Data.Shards;

/// <summary>Kinds of values of Thrift's compact protocol that parquet files have.</summary>
internal enum ThriftKind
{
    Boolean,
    Byte,
    Integer,
    Double,
    Bytes,
    Structure,
    List,
}

/// <summary>What a field of a structure has to be.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Shape">The structure, or that of a list's elements; null for others.</param>
/// <param name="Element">Kind of a list's elements.</param>
internal sealed record ThriftField(ThriftKind Kind, ThriftShape? Shape = null, ThriftKind Element = ThriftKind.Boolean)
{
    public static ThriftField Flag { get; } = new(ThriftKind.Boolean);

    public static ThriftField Octet { get; } = new(ThriftKind.Byte);

    public static ThriftField Integer { get; } = new(ThriftKind.Integer);

    public static ThriftField Real { get; } = new(ThriftKind.Double);

    public static ThriftField Bytes { get; } = new(ThriftKind.Bytes);

    public static ThriftField Of(ThriftShape shape) => new(ThriftKind.Structure, shape);

    public static ThriftField ListOf(ThriftShape shape) => new(ThriftKind.List, shape, ThriftKind.Structure);

    public static ThriftField ListOf(ThriftKind element) => new(ThriftKind.List, null, element);
}

/// <summary>The fields of a structure, by their numbers from 1; null for a number that has no meaning.</summary>
internal sealed class ThriftShape(params ThriftField?[] fields)
{
    /// <summary>What a field has to be; null for one that is not known.</summary>
    public ThriftField? this[int number] => number >= 1 && number <= fields.Length ? fields[number - 1] : null;
}

/// <summary>What a structure said: numbers, texts and structures by the numbers of their fields.</summary>
internal sealed class ThriftValues
{
    private readonly Dictionary<int, object> _fields = [];

    public void Set(int field, object value) => _fields[field] = value;

    /// <summary>A whole number; null where it is not given.</summary>
    public long? Number(int field) => _fields.TryGetValue(field, out object? value) ? (long)value : null;

    /// <summary>A structure; null where it is not given.</summary>
    public ThriftValues? Structure(int field) => _fields.GetValueOrDefault(field) as ThriftValues;

    /// <summary>A list of structures; empty where it is not given.</summary>
    public IReadOnlyList<ThriftValues> List(int field) => _fields.GetValueOrDefault(field) as List<ThriftValues> ?? [];

    /// <summary>A list of texts; empty where it is not given.</summary>
    public IReadOnlyList<string> Texts(int field) => _fields.GetValueOrDefault(field) as List<string> ?? [];
}
