using System.Runtime.CompilerServices;

namespace PromptKD.Data.Shards;

/// <summary>
/// The encodings that a column may have, by what it holds. Parquet.Net (6.1) believes the page: of a column of bytes
/// that claims to be run lengths it writes numbers from the file over references, and the process is lost.
/// </summary>
/// <remarks>Apache Parquet's format, <c>Encodings.md</c> and <c>parquet.thrift</c>.</remarks>
internal static class ParquetEncodings
{
    /// <summary>Every value may repeat the beginning of the one before it.</summary>
    public const long DeltaByteArray = 7;

    private const long Plain = 0;
    private const long PlainDictionary = 2;
    private const long DeltaBinaryPacked = 5;
    private const long DeltaLengthByteArray = 6;
    private const long RunLengthDictionary = 8;
    private const long ByteStreamSplit = 9;

    private static readonly long[] s_ofBytes =
        [Plain, PlainDictionary, DeltaLengthByteArray, DeltaByteArray, RunLengthDictionary];

    private static readonly long[] s_ofNumbers =
        [Plain, PlainDictionary, DeltaBinaryPacked, RunLengthDictionary, ByteStreamSplit];

    /// <summary>Those of a column.</summary>
    /// <typeparam name="TStored">What it holds: memory of bytes or characters, or whole numbers.</typeparam>
    public static IReadOnlyList<long> Of<TStored>() =>
        RuntimeHelpers.IsReferenceOrContainsReferences<TStored>() ? s_ofBytes : s_ofNumbers;
}
