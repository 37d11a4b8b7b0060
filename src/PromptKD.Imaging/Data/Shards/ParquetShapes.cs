using static PromptKD.Data.Shards.ThriftField;

namespace PromptKD.Data.Shards;

/// <summary>The structures in which a parquet file describes itself, with the numbers of their fields.</summary>
/// <remarks>github.com/apache/parquet-format, parquet.thrift.</remarks>
internal static class ParquetShapes
{
    /// <summary>Fields that are asked for.</summary>
    public const int FileSchema = 2;
    public const int FileGroups = 4;
    public const int SchemaChildren = 5;
    public const int GroupColumns = 1;
    public const int GroupRows = 3;
    public const int ChunkColumn = 3;
    public const int ColumnPath = 3;
    public const int ColumnCodec = 4;
    public const int ColumnValues = 5;
    public const int ColumnDataOffset = 9;
    public const int ColumnIndexOffset = 10;
    public const int ColumnDictionaryOffset = 11;
    public const int PageType = 1;
    public const int PageSize = 2;
    public const int PageStored = 3;
    public const int PageData = 5;
    public const int PageDictionary = 7;
    public const int PageDataV2 = 8;
    public const int DataValues = 1;
    public const int DataEncoding = 2;
    public const int DataV2Encoding = 4;
    public const int DataV2DefinitionLength = 5;
    public const int DataV2RepetitionLength = 6;

    private static readonly ThriftShape s_empty = new();
    private static readonly ThriftShape s_two = new(Integer, Integer);
    private static readonly ThriftShape s_unit = new(Of(s_empty), Of(s_empty), Of(s_empty));
    private static readonly ThriftShape s_time = new(Flag, Of(s_unit));

    private static readonly ThriftShape s_logicalType = new(
        Of(s_empty), Of(s_empty), Of(s_empty), Of(s_empty), Of(s_two), Of(s_empty), Of(s_time), Of(s_time), null,
        Of(new ThriftShape(Octet, Flag)), Of(s_empty), Of(s_empty), Of(s_empty), Of(s_empty), Of(s_empty),
        Of(new ThriftShape(Octet)), Of(new ThriftShape(Bytes)), Of(new ThriftShape(Bytes, Integer)));

    private static readonly ThriftShape s_schema = new(
        Integer, Integer, Integer, Bytes, Integer, Integer, Integer, Integer, Integer, Of(s_logicalType));

    private static readonly ThriftShape s_statistics = new(
        Bytes, Bytes, Integer, Integer, Bytes, Bytes, Flag, Flag);

    private static readonly ThriftShape s_sizes = new(
        Integer, ListOf(ThriftKind.Integer), ListOf(ThriftKind.Integer));

    private static readonly ThriftShape s_places = new(
        Of(new ThriftShape(Real, Real, Real, Real, Real, Real, Real, Real)), ListOf(ThriftKind.Integer));

    private static readonly ThriftShape s_keyValue = new(Bytes, Bytes);

    private static readonly ThriftShape s_column = new(
        Integer, ListOf(ThriftKind.Integer), ListOf(ThriftKind.Bytes), Integer, Integer, Integer, Integer,
        ListOf(s_keyValue), Integer, Integer, Integer, Of(s_statistics),
        ListOf(new ThriftShape(Integer, Integer, Integer)), Integer, Integer, Of(s_sizes), Of(s_places));

    // Encrypted columns have further fields, which are not read.
    private static readonly ThriftShape s_chunk = new(Bytes, Integer, Of(s_column), Integer, Integer, Integer, Integer);

    private static readonly ThriftShape s_group = new(
        ListOf(s_chunk), Integer, Integer, ListOf(new ThriftShape(Integer, Flag, Flag)), Integer, Integer, Integer);

    /// <summary>What stands at the end of a file.</summary>
    public static ThriftShape File { get; } = new(
        Integer, ListOf(s_schema), Integer, ListOf(s_group), ListOf(s_keyValue), Bytes,
        ListOf(new ThriftShape(Of(s_empty))));

    /// <summary>What stands before the values of a page.</summary>
    public static ThriftShape Page { get; } = new(
        Integer, Integer, Integer, Integer,
        Of(new ThriftShape(Integer, Integer, Integer, Integer, Of(s_statistics))),
        Of(s_empty),
        Of(new ThriftShape(Integer, Integer, Flag)),
        Of(new ThriftShape(Integer, Integer, Integer, Integer, Integer, Integer, Flag, Of(s_statistics))));
}
