using System.Globalization;
using Parquet;
using Parquet.Schema;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Shards;

/// <summary>
/// Pictures in a parquet file, as Hugging Face's datasets publishes them: a row a picture, whose bytes are those of a
/// picture file. Read a row group at a time, when the first of its pictures is asked for.
/// </summary>
/// <remarks>huggingface.co/docs/datasets, "Image feature": a structure of <c>bytes</c> and <c>path</c>.</remarks>
internal sealed class ParquetShard : IShard
{
    private readonly string _path;
    private readonly RowGroupCache _cache;
    private readonly ParquetColumns _columns;
    private readonly CancellationToken _stop;

    private ParquetShard(string path, RowGroupCache cache, ParquetInput file, CancellationToken stop)
    {
        _stop = stop;
        _path = path;
        _cache = cache;
        _columns = ParquetColumns.Find(path, file.Reader);
        long row = 0;
        var pictures = new List<ShardPicture>();
        for (int group = 0; group < file.Reader.RowGroupCount; group++)
        {
            stop.ThrowIfCancellationRequested();
            using ParquetRowGroupReader rows = file.Reader.OpenRowGroupReader(group);
            long claimed = rows.GetMetadata(_columns.Picture)?.MetaData?.TotalUncompressedSize ?? 0;
            long bytes = Math.Clamp(claimed, 0, file.MostBytes);
            for (int place = 0; place < rows.RowCount; place++, row++)
            {
                pictures.Add(new ShardPicture(
                    row.ToString(CultureInfo.InvariantCulture), new Cell(this, group, bytes, place)));
            }
        }

        Pictures = pictures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ShardPicture> Pictures { get; }

    /// <inheritdoc/>
    public LeftOutCounter LeftOut { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string>? ClassNames => _columns.ClassNames;

    /// <summary>Reads what a parquet file says of itself.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cache">Keeps row groups.</param>
    /// <param name="stop">Stops reading, also that of the pictures later: a row group may be large.</param>
    /// <exception cref="PromptKDException">It cannot be read, or no column holds pictures.</exception>
    public static ParquetShard Open(string path, RowGroupCache cache, CancellationToken stop = default)
    {
        try
        {
            using var file = ParquetInput.Open(path, stop);
            return new ParquetShard(path, cache, file, stop);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw new PromptKDException(
                $"{path}: {ForeignFile.InPlaceOfParquet(path) ?? $"not a whole parquet file: {error.Message}"}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ShardLabel?> ReadLabels(CancellationToken stop = default)
    {
        _columns.RefuseRivalLabels(_path);
        if (_columns.Label is not { } column)
        {
            return new ShardLabel?[Pictures.Count];
        }

        return Explained(column, () =>
        {
            using var file = ParquetInput.Open(_path, stop);
            return
            [
                .. Enumerable.Range(0, file.Reader.RowGroupCount).SelectMany(group => ReadLabels(file, group, column)),
            ];
        });
    }

    /// <inheritdoc/>
    public IEnumerable<TextsBesideLabels> ReadTextsBesideLabels(CancellationToken stop = default) =>
        _columns.Texts.Select(column => new TextsBesideLabels(column.Name, ReadTexts(column, stop)));

    private IEnumerable<string?> ReadTexts(DataField column, CancellationToken stop)
    {
        using var file = ParquetInput.Open(_path, stop);
        for (int group = 0; group < file.Reader.RowGroupCount; group++)
        {
            foreach (ShardLabel? text in Explained(column, () => ReadLabels(file, group, column)))
            {
                yield return text?.Name;
            }
        }
    }

    private ShardLabel?[] Explained(DataField column, Func<ShardLabel?[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw new PromptKDException($"{_path}: its column '{column.Name}' cannot be read: {error.Message}", error);
        }
    }

    private byte[]?[] ReadPictures(int group)
    {
        try
        {
            using var file = ParquetInput.Open(_path, _stop);
            return file.Read<ReadOnlyMemory<byte>, byte[]?>(
                group, _columns.Picture, cell => file.Within(cell).ToArray());
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw new InvalidDataException($"row group {group} cannot be read: {error.Message}", error);
        }
    }

    private static ShardLabel?[] ReadLabels(ParquetInput file, int group, DataField column) => column.ClrType switch
    {
        Type type when type == typeof(long) => file.Read<long, ShardLabel?>(
            group, column, cell => new ShardLabel(checked((int)cell), "")),
        Type type when type == typeof(int) => file.Read<int, ShardLabel?>(
            group, column, cell => new ShardLabel(cell, "")),
        Type type when type == typeof(ReadOnlyMemory<char>) => file.Read<ReadOnlyMemory<char>, ShardLabel?>(
            group, column, cell => new ShardLabel(null, file.Within(cell).ToString())),
        Type type => throw new InvalidDataException($"it holds {type.Name}, expected whole numbers or texts"),
    };

    // A damaged file can make the reader fail in any way.
    private static bool IsDamage(Exception error) => error is not (PromptKDException or OperationCanceledException);

    /// <summary>One row's picture.</summary>
    private sealed record Cell(ParquetShard Shard, int Group, long GroupBytes, int Row) : IPictureBytes
    {
        public string Path => Shard._path;

        public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use)
        {
            IReadOnlyList<byte[]?> rows =
                Shard._cache.Get(Shard._path, Group, GroupBytes, () => Shard.ReadPictures(Group));
            return use(rows[Row] ?? throw new InvalidDataException(
                "its row has no picture: where a parquet file only names pictures, their bytes have to be put into "
                + "it"));
        }
    }
}
