using System.Buffers.Binary;

namespace PromptKD.Data.Shards;

/// <summary>
/// Where the parts of a parquet file lie, checked against the file before a library is let at it: counts and sizes are
/// those that a file of its length can have.
/// </summary>
internal sealed class ParquetLayout
{
    private const int MarkLength = 4;
    private const int TailLength = 8;
    private const int DeepestNesting = 32;
    private const long RowsOfAnyFile = 1 << 16;
    public const long BytesOfAnyFile = 32 << 20;

    private readonly IReadOnlyList<ThriftValues> _groups;

    private ParquetLayout(IReadOnlyList<ThriftValues> groups, long dataEnd, long fileLength)
    {
        _groups = groups;
        DataEnd = dataEnd;
        MostBytes = BytesOfAnyFile + (8 * fileLength);
    }

    /// <summary>Where the pages end and the description begins.</summary>
    public long DataEnd { get; }

    /// <summary>The most that a column of a row group may take in memory, bytes.</summary>
    public long MostBytes { get; }

    /// <summary>Reads and checks the description at the end of a file.</summary>
    /// <exception cref="InvalidDataException">
    /// It is no parquet file, damaged, or claims what it cannot have.
    /// </exception>
    /// <exception cref="IOException">It cannot be read, or ends early.</exception>
    public static ParquetLayout Read(Stream file)
    {
        byte[] tail = new byte[TailLength];
        if (file.Length < MarkLength + TailLength)
        {
            throw new InvalidDataException($"{file.Length} bytes are too few");
        }

        file.Position = 0;
        file.ReadExactly(tail.AsSpan(0, MarkLength));
        RequireMark(tail.AsSpan(0, MarkLength));
        file.Position = file.Length - TailLength;
        file.ReadExactly(tail);
        RequireMark(tail.AsSpan(MarkLength));
        long length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        long dataEnd = file.Length - TailLength - length;
        if (dataEnd < MarkLength || length > Array.MaxLength)
        {
            throw new InvalidDataException($"its description should have {length} bytes");
        }

        byte[] description = new byte[length];
        file.Position = dataEnd;
        file.ReadExactly(description);
        ThriftValues values = new ThriftReader(description).Read(ParquetShapes.File);
        CheckSchema(values.List(ParquetShapes.FileSchema));
        var layout = new ParquetLayout(values.List(ParquetShapes.FileGroups), dataEnd, file.Length);
        layout.CheckRows(RowsOfAnyFile + (file.Length / 16));
        return layout;
    }

    /// <summary>Checks the pages of a column.</summary>
    /// <param name="file">The same file.</param>
    /// <param name="group">Number of the row group.</param>
    /// <param name="path">The column's path in the schema.</param>
    /// <param name="encodings">Those that its pages may have.</param>
    /// <returns>Where the last page ends.</returns>
    /// <exception cref="InvalidDataException">There is no such column, or its pages are damaged.</exception>
    /// <exception cref="IOException">It cannot be read, or ends early.</exception>
    public long CheckColumn(Stream file, int group, IReadOnlyList<string> path, IReadOnlyList<long> encodings)
    {
        ThriftValues[] columns =
        [
            .. _groups[group].List(ParquetShapes.GroupColumns)
                .Select(chunk => chunk.Structure(ParquetShapes.ChunkColumn))
                .OfType<ThriftValues>()
                .Where(column => column.Texts(ParquetShapes.ColumnPath).SequenceEqual(path)),
        ];
        if (columns is not [var column])
        {
            throw new InvalidDataException($"it has {columns.Length} columns of that name");
        }

        long rows = _groups[group].Number(ParquetShapes.GroupRows) ?? 0;
        long values = column.Number(ParquetShapes.ColumnValues) ?? -1;
        return values == rows
            ? new ParquetPages(file, column, this, encodings).Check(values)
            : throw new InvalidDataException($"it claims {values} values in {rows} rows");
    }

    // Every element of the schema says how many of those behind it are its parts.
    private static void CheckSchema(IReadOnlyList<ThriftValues> schema)
    {
        var open = new Stack<long>([1]);
        foreach (ThriftValues element in schema)
        {
            while (open.TryPeek(out long left) && left == 0)
            {
                open.Pop();
            }

            if (!open.TryPop(out long missing))
            {
                throw new InvalidDataException("its schema has too many parts");
            }

            open.Push(missing - 1);
            open.Push(element.Number(ParquetShapes.SchemaChildren) ?? 0);
            if (open.Count > DeepestNesting || open.Peek() < 0)
            {
                throw new InvalidDataException("its schema is nested too deeply");
            }
        }

        if (schema.Count < 2 || open.Any(left => left != 0))
        {
            throw new InvalidDataException("its schema lacks parts");
        }
    }

    private void CheckRows(long most)
    {
        long rows = 0;
        foreach (ThriftValues group in _groups)
        {
            long count = group.Number(ParquetShapes.GroupRows) ?? 0;
            rows += count is >= 0 && count <= most ? count : most + 1;
            if (rows > most)
            {
                throw new InvalidDataException($"a row group claims {count} rows, more than fit into the file");
            }
        }
    }

    private static void RequireMark(ReadOnlySpan<byte> mark)
    {
        if (!mark.SequenceEqual("PAR1"u8))
        {
            throw new InvalidDataException("it does not begin and end as one");
        }
    }
}
