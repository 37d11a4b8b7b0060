using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace PromptKD.Data.Shards;

/// <summary>Reads a column of a parquet file's row group, with empty cells in their places.</summary>
internal static class ParquetCells
{
    /// <param name="rows">The row group.</param>
    /// <param name="column">A column that is not repeated; it may be part of a structure.</param>
    /// <param name="convert">Makes a cell of a stored value, which is there only until it returns.</param>
    /// <returns>One element a row; the default where the cell, or the structure around it, is null.</returns>
    /// <exception cref="InvalidDataException">The column has another type, or another number of rows.</exception>
    /// <remarks>
    /// A row has a value where its definition level is the column's highest. The library's own reading of nullable
    /// columns inside of structures (Parquet.Net 6.1) takes every level above 0 for one, and then shifts the values.
    /// </remarks>
    public static TCell[] Read<TStored, TCell>(
        ParquetRowGroupReader rows, DataField column, Func<TStored, TCell> convert)
        where TStored : struct
    {
        using RawColumnData raw = rows.ReadRawColumnDataBaseAsync(column).AsTask().GetAwaiter().GetResult();
        if (raw is not RawColumnData<TStored> typed)
        {
            throw new InvalidDataException($"it holds {column.ClrType.Name}, expected {typeof(TStored).Name}");
        }

        Span<int> levels = column.MaxDefinitionLevel > 0 ? raw.DefinitionLevels : [];
        long found = levels.IsEmpty ? typed.Values.Length : levels.Length;
        if (found != rows.RowCount)
        {
            throw new InvalidDataException($"{found} cells for {rows.RowCount} rows");
        }

        var cells = new TCell[found];
        int next = 0;
        for (int row = 0; row < cells.Length; row++)
        {
            if (levels.IsEmpty || levels[row] == column.MaxDefinitionLevel)
            {
                cells[row] = convert(typed.Values[next++]);
            }
        }

        return cells;
    }
}
