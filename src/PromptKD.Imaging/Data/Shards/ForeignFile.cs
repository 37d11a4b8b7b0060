using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Shards;

/// <summary>What a file is that is called like a shard and is none: told from its first bytes.</summary>
internal static class ForeignFile
{
    private const string Tar = "a tar archive";
    private const string Parquet = "a parquet file";
    private const int TarMagicPlace = 257;

    /// <summary>What a file is that is no tar archive, and what to do; null where nobody can tell.</summary>
    /// <param name="open">Opens it.</param>
    public static string? InPlaceOfTar(Func<Stream> open) => Describe(open, Tar);

    /// <summary>The same of a file that is no parquet file.</summary>
    public static string? InPlaceOfParquet(string path) => Describe(() => RegularFile.Open(path), Parquet);

    private static string? Describe(Func<Stream> open, string wanted)
    {
        byte[] first = new byte[TarHeader.Length];
        try
        {
            using Stream stream = open();
            int count = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            return Describe(first.AsSpan(0, count), wanted);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A shard that is damaged behind its first bytes is no other kind of file.
    private static string? Describe(ReadOnlySpan<byte> first, string wanted) => ShardOf(first) is { } shard
        ? shard == wanted ? null : $"{shard}, not {wanted}. Call it {(shard == Tar ? ".tar" : ".parquet")}."
        : CompressedBy(first) is { } program
            ? $"compressed by {program}, which {wanted} here is not. Decompress it first."
        : ArchiveOf(first) is { } archive ? $"{archive}, not {wanted}. Unpack it, and give the folder."
        : PictureKinds.Of(first) is not PictureKind.Other and var kind
            ? $"a {PictureKinds.NameOf(kind)} picture, not {wanted}. Give it the ending of its kind."
        : PictureKinds.Describe(first) is { } other ? $"not {wanted} but {other}"
        : null;

    private static string? ShardOf(ReadOnlySpan<byte> first) => first.StartsWith("PAR1"u8) ? Parquet
        : first.Length > TarMagicPlace && first[TarMagicPlace..].StartsWith("ustar"u8) ? Tar
        : null;

    private static string? CompressedBy(ReadOnlySpan<byte> first) => first switch
    {
        [0x1F, 0x8B, ..] => "gzip",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "xz",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstd",
        _ => null,
    };

    private static string? ArchiveOf(ReadOnlySpan<byte> first) => first switch
    {
        [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => "a ZIP archive",
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => "a 7z archive",
        [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7, ..] => "a RAR archive",
        _ => null,
    };
}
