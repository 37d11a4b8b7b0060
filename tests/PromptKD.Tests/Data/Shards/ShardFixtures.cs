using System.Formats.Tar;
using System.Text;
using Parquet;
using Parquet.Schema;
using PromptKD.Golden;

namespace PromptKD.Tests.Data.Shards;

/// <summary>Shards written by other programs, and ways to write more.</summary>
internal static class ShardFixtures
{
    /// <summary>
    /// Written by Apache Arrow's C++ library 25 (through ParquetSharp), the writer behind Hugging Face's datasets: row
    /// group 0 is red (2 × 1 pixels), a null structure, null bytes, green (3 × 1); row group 1 is blue (4 × 1). The
    /// columns are called <c>picture</c> and <c>kind</c>; the metadata names the classes <c>red_star</c> and
    /// <c>blue moon</c>; labels are 0, 1, 1, 0, 1.
    /// </summary>
    public static string Arrow { get; } = PathOf("arrow.parquet");

    /// <summary>
    /// Written by GNU tar 1.34: <c>./a/0001.png</c> (red) with <c>.cls</c> "1", <c>./a/0002.json</c> before its
    /// <c>.png</c> (green, label 0), a hidden file, and a name of 110 letters (blue) with <c>.txt</c> "Blue_Moon".
    /// </summary>
    public static string GnuTar { get; } = PathOf("gnu.tar");

    /// <summary>Writes an archive.</summary>
    public static void WriteTar(string path, params (string Name, byte[] Content)[] files)
    {
        using FileStream stream = File.Create(path);
        using var writer = new TarWriter(stream, TarEntryFormat.Pax);
        foreach ((string name, byte[] content) in files)
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(content),
            });
        }
    }

    /// <summary>The bytes of a text, as the content of a file.</summary>
    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>
    /// Writes a parquet file of a flat column of pictures and a column of class names, two rows a group.
    /// </summary>
    public static async Task WriteParquet(string path, params (byte[] Picture, string Class)[] rows)
    {
        var picture = new DataField("image", typeof(byte[]), isNullable: false);
        var label = new DataField("label", typeof(string), isNullable: false);
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(picture, label), stream);
        foreach ((byte[] Picture, string Class)[] group in rows.Chunk(2))
        {
            using ParquetRowGroupWriter part = writer.CreateRowGroup();
            await part.WriteAsync(picture, [.. group.Select(row => row.Picture)]);
            await part.WriteAsync(label, [.. group.Select(row => row.Class)]);
        }
    }

    private static string PathOf(string file) =>
        Path.Combine(ProjectFolder.Root, "tests", "PromptKD.Tests", "Data", "Shards", file);
}
