using ZstdSharp;

namespace PromptKD.Data.Shards;

/// <summary>Walks over the pages of a column and checks what each says of itself, before any is unpacked.</summary>
/// <param name="file">The file.</param>
/// <param name="column">What the file says of the column.</param>
/// <param name="layout">Of the file.</param>
/// <param name="encodings">Those that such a column may have.</param>
internal sealed class ParquetPages(
    Stream file, ThriftValues column, ParquetLayout layout, IReadOnlyList<long> encodings)
{
    private const int FirstOffset = 4;
    private const int UsualHeader = 1 << 12;
    private const int LongestHeader = 1 << 20;
    private const int Snappy = 1;
    private const int Zstandard = 6;
    private const int DataPage = 0;
    private const int DictionaryPage = 2;
    private const int DataPageV2 = 3;

    private long _bytes;

    /// <summary>Checks the pages up to the last that is needed.</summary>
    /// <param name="values">Values of the column, empty ones counted.</param>
    /// <returns>Where the last page ends.</returns>
    /// <exception cref="InvalidDataException">
    /// A page is damaged, or would take more memory than the file can mean.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read, or ends early.</exception>
    public long Check(long values)
    {
        long position = Start();
        for (long found = 0; found < values;)
        {
            (ThriftValues page, int length) = ReadHeader(position);
            long stored = SizeOf(page, ParquetShapes.PageStored, layout.DataEnd - position - length);
            long size = SizeOf(page, ParquetShapes.PageSize, layout.MostBytes - _bytes);
            _bytes += size;
            found += page.Number(ParquetShapes.PageType) switch
            {
                DataPage => Values(
                    page.Structure(ParquetShapes.PageData), ParquetShapes.DataEncoding, values - found, size),
                DataPageV2 => Values(
                    page.Structure(ParquetShapes.PageDataV2), ParquetShapes.DataV2Encoding, values - found, size),
                DictionaryPage => DictionaryWithin(page.Structure(ParquetShapes.PageDictionary), size),
                _ => throw Damaged(),
            };
            long levels = LevelsOf(page.Structure(ParquetShapes.PageDataV2));
            CheckUnpacked(position + length + levels, stored - levels, size);
            position += length + stored;
        }

        return position;
    }

    // The offsets are not reliable; the library begins at the first of them.
    private long Start()
    {
        long[] offsets =
        [
            .. new[]
                {
                    ParquetShapes.ColumnDataOffset, ParquetShapes.ColumnIndexOffset,
                    ParquetShapes.ColumnDictionaryOffset,
                }
                .Select(field => column.Number(field) ?? 0)
                .Where(offset => offset != 0),
        ];
        return offsets.Length > 0 && offsets.Min() >= FirstOffset && offsets.Max() < layout.DataEnd
            ? offsets.Min()
            : throw Damaged();
    }

    private (ThriftValues Page, int Length) ReadHeader(long position)
    {
        try
        {
            return ReadHeader(position, UsualHeader);
        }
        catch (EndOfStreamException)
        {
            // It may hold the least and the largest value.
            return ReadHeader(position, LongestHeader);
        }
    }

    private (ThriftValues Page, int Length) ReadHeader(long position, int longest)
    {
        byte[] bytes = new byte[Math.Min(longest, layout.DataEnd - position)];
        file.Position = position;
        file.ReadExactly(bytes);
        var reader = new ThriftReader(bytes);
        ThriftValues page = reader.Read(ParquetShapes.Page);
        return (page, reader.Position);
    }

    private static long SizeOf(ThriftValues page, int field, long most) =>
        page.Number(field) is { } size && size >= 0 && size <= most ? size : throw Damaged();

    private long Values(ThriftValues? data, int field, long most, long size)
    {
        long values = data?.Number(ParquetShapes.DataValues) is { } count && count >= 0 && count <= most
            ? count
            : throw Damaged();
        long encoding = data.Number(field) is { } number && encodings.Contains(number)
            ? number
            : throw new InvalidDataException("a page has an encoding that its column cannot have");
        return encoding == ParquetEncodings.DeltaByteArray && values * size > ParquetLayout.BytesOfAnyFile
            ? throw new InvalidDataException(
                "a column is written as differences (DELTA_BYTE_ARRAY), and too large for that: write the file "
                + "again with the encoding PLAIN")
            : values;
    }

    private static long DictionaryWithin(ThriftValues? dictionary, long size) =>
        dictionary?.Number(ParquetShapes.DataValues) is { } count && count >= 0 && count <= size ? 0 : throw Damaged();

    private static long LevelsOf(ThriftValues? data)
    {
        long definition = data?.Number(ParquetShapes.DataV2DefinitionLength) ?? 0;
        long repetition = data?.Number(ParquetShapes.DataV2RepetitionLength) ?? 0;
        return definition >= 0 && repetition >= 0 && definition <= int.MaxValue && repetition <= int.MaxValue
            ? definition + repetition
            : throw Damaged();
    }

    // Both kinds of packing begin with the size that comes out, and the library believes that one.
    private void CheckUnpacked(long position, long stored, long size)
    {
        long? codec = column.Number(ParquetShapes.ColumnCodec);
        if (codec is not (Snappy or Zstandard) || stored == 0)
        {
            return;
        }

        byte[] bytes = new byte[stored > 0 ? codec == Snappy ? Math.Min(stored, 5) : stored : throw Damaged()];
        file.Position = position;
        file.ReadExactly(bytes);
        ulong unpacked = codec == Snappy ? SnappySize(bytes) : Decompressor.GetDecompressedSize(bytes);
        if (unpacked > (ulong)size)
        {
            throw new InvalidDataException($"a page of {size} bytes would unpack to {unpacked}");
        }
    }

    private static ulong SnappySize(ReadOnlySpan<byte> bytes)
    {
        ulong size = 0;
        for (int place = 0; place < bytes.Length; place++)
        {
            size |= (ulong)(bytes[place] & 0x7F) << (7 * place);
            if (bytes[place] < 0x80)
            {
                return size;
            }
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("a page is damaged");
}
