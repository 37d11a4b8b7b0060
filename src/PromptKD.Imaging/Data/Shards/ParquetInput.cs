using Parquet;
using Parquet.Schema;
using PromptKD.Runtime;

namespace PromptKD.Data.Shards;

/// <summary>
/// An open parquet file. What it says of itself is checked before Parquet.Net reads it, for which damaged or malicious
/// files are a matter of minutes and gigabytes.
/// </summary>
internal sealed class ParquetInput : IDisposable
{
    private readonly FileStream _file;
    private readonly RangeStream _range;
    private readonly ParquetLayout _layout;
    private long _cells;

    private ParquetInput(FileStream file, ParquetLayout layout, CancellationToken stop)
    {
        _file = file;
        _layout = layout;
        _range = new RangeStream(file, file.Length, stop);
        Reader = ParquetReader.CreateAsync(_range, cancellationToken: stop).GetAwaiter().GetResult();
    }

    /// <summary>The library's view of the file; columns are read here, not there.</summary>
    public ParquetReader Reader { get; }

    /// <summary>The most that a column of a row group may take in memory, bytes.</summary>
    public long MostBytes => _layout.MostBytes;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stop">Stops between parts of it.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="Exception">Anything else: it is damaged.</exception>
    public static ParquetInput Open(string path, CancellationToken stop)
    {
        FileStream file = RegularFile.Open(path);
        try
        {
            return new ParquetInput(file, ParquetLayout.Read(file), stop);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a column of a row group, as <see cref="ParquetCells"/> does.</summary>
    /// <exception cref="Exception">Whatever it is: the column is damaged.</exception>
    public TCell[] Read<TStored, TCell>(int group, DataField column, Func<TStored, TCell> convert)
        where TStored : struct
    {
        _range.End = _layout.CheckColumn(
            _file, group, [.. column.Path.ToList()], ParquetEncodings.Of<TStored>());
        _cells = 0;
        try
        {
            using ParquetRowGroupReader rows = Reader.OpenRowGroupReader(group);
            return ParquetCells.Read(rows, column, convert);
        }
        finally
        {
            _range.End = _file.Length;
        }
    }

    /// <summary>Counts a cell that is about to be copied: many may be one and the same entry of a dictionary.</summary>
    /// <exception cref="InvalidDataException">The cells of the column are more than the file can mean.</exception>
    public ReadOnlyMemory<T> Within<T>(ReadOnlyMemory<T> cell)
    {
        _cells += cell.Length;
        return _cells <= MostBytes
            ? cell
            : throw new InvalidDataException($"its cells take more than {MostBytes} bytes");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
