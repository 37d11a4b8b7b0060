using System.Buffers.Binary;

namespace PromptKD.Decoders;

/// <summary>
/// The first directory of a TIFF file, looked at before LibTiff.NET sees it: the library allocates what a directory
/// claims before it looks whether the file has so much.
/// </summary>
internal sealed class TiffDirectory
{
    private const int Width = 256;
    private const int Height = 257;
    private const int Samples = 277;
    private const int RowsPerStrip = 278;
    private const int StripBytes = 279;
    private const int TileWidth = 322;
    private const int TileHeight = 323;
    private const int TileBytes = 325;

    private readonly byte[] _file;
    private readonly bool _isLittle;
    private readonly bool _isBig;
    private readonly long _first;
    private readonly int _count;

    private TiffDirectory(byte[] file)
    {
        _file = file;
        _isLittle = file is [(byte)'I', ..];
        _isBig = file.Length >= 16 && Read(2, 2) == 43;
        long start = file.Length < 8 ? long.MaxValue : (long)Read(_isBig ? 8 : 4, _isBig ? 8 : 4);
        if (start < 8 || start > file.Length - HeadBytes)
        {
            throw new InvalidDataException("a TIFF picture whose header is damaged");
        }

        _first = start + HeadBytes;
        ulong claimed = Read(start, HeadBytes);
        ulong places = (ulong)(file.Length - _first) / (ulong)EntryBytes;
        _count = (int)Math.Min(claimed, Math.Min(places, ushort.MaxValue));
    }

    private int HeadBytes => _isBig ? 8 : 2;

    private int EntryBytes => _isBig ? 20 : 12;

    private int ValueBytes => _isBig ? 8 : 4;

    /// <summary>
    /// The file without those entries whose values do not lie inside of it, which Pillow passes over, too.
    /// </summary>
    /// <exception cref="InvalidDataException">It has no directory, or claims more strips or tiles than it has bytes.
    /// </exception>
    public static byte[] Cleaned(byte[] file)
    {
        var directory = new TiffDirectory(file);
        byte[] cleaned = directory.WithoutWild();
        var kept = new TiffDirectory(cleaned);
        kept.RefuseTooManyBlocks();
        return kept.WithoutTooLargeBlocks();
    }

    private byte[] WithoutWild()
    {
        long[] sound = [.. Enumerable.Range(0, _count).Select(Place).Where(IsInside)];
        if (sound.Length == _count)
        {
            return _file;
        }

        byte[] cleaned = [.. _file];
        for (int entry = 0; entry < sound.Length; entry++)
        {
            _file.AsSpan((int)sound[entry], EntryBytes).CopyTo(cleaned.AsSpan((int)Place(entry)));
        }

        // What follows the entries, the place of the next directory, is none.
        cleaned.AsSpan((int)Place(sound.Length), EntryBytes).Clear();
        cleaned[_first - (_isLittle ? _isBig ? 8 : 2 : 1)] = (byte)sound.Length;
        cleaned[_first - (_isLittle ? _isBig ? 7 : 1 : 2)] = (byte)(sound.Length >> 8);
        return cleaned;
    }

    // Each has to lie somewhere in the file.
    private void RefuseTooManyBlocks()
    {
        double height = Largest(Height), width = Largest(Width);
        double tiles = Math.Ceiling(width / Smallest(TileWidth, width))
            * Math.Ceiling(height / Smallest(TileHeight, height));
        double strips = Math.Ceiling(height / Smallest(RowsPerStrip, height));
        double blocks = Math.Max(tiles, strips) * Math.Max(1, Largest(Samples));
        if (blocks > _file.Length)
        {
            throw new InvalidDataException(
                $"a damaged TIFF picture: {_file.Length} bytes cannot hold the {blocks:0} parts that it claims to "
                + "have");
        }
    }

    // LibTiff.NET makes a buffer of the size that a block claims, and reads the file into it behind that. More than the
    // whole file is cut down to it: Pillow reads such pictures. Not where that would write over the directory.
    private byte[] WithoutTooLargeBlocks()
    {
        byte[]? cut = null;
        foreach (long entry in Enumerable.Range(0, _count)
            .Select(Place)
            .Where(place => (int)Read(place, 2) is StripBytes or TileBytes))
        {
            int bytes = BytesOf(entry);
            long count = (long)Read(entry + 4, ValueBytes);
            long first = entry + EntryBytes - ValueBytes;
            long values = count * bytes <= ValueBytes ? first : (long)Read(first, ValueBytes);
            for (long one = values; one < values + (count * bytes); one += bytes)
            {
                if (Read(one, bytes) > (ulong)_file.Length)
                {
                    if (values != first && one + bytes > _first - HeadBytes && one < Place(_count))
                    {
                        throw new InvalidDataException(
                            "a damaged TIFF picture: the sizes of its parts lie where its directory is");
                    }

                    cut ??= [.. _file];
                    Write(cut.AsSpan((int)one, bytes), _file.Length);
                }
            }
        }

        return cut ?? _file;
    }

    // What is larger than a file of so many bytes has 4 bytes or more, or 2 where the file is tiny.
    private void Write(Span<byte> place, long value)
    {
        for (int one = 0; one < place.Length; one++)
        {
            place[_isLittle ? one : place.Length - 1 - one] = (byte)(value >> (8 * one));
        }
    }

    private double Largest(int tag) => NumbersOf(tag).DefaultIfEmpty(0).Max();

    private double Smallest(int tag, double otherwise) =>
        Math.Max(1, NumbersOf(tag).DefaultIfEmpty(otherwise).Min());

    // A tag should be there once; if it is not, this does not know which one counts.
    private IEnumerable<double> NumbersOf(int tag) => Enumerable.Range(0, _count)
        .Select(Place)
        .Where(place => (int)Read(place, 2) == tag)
        .Select(place => (double)Read(place + EntryBytes - ValueBytes, Math.Min(BytesOf(place), ValueBytes)));

    private bool IsInside(long place)
    {
        ulong count = Read(place + 4, ValueBytes);
        ulong length = (ulong)_file.Length;
        if (count > length)
        {
            return false;
        }

        ulong bytes = count * (ulong)BytesOf(place);
        ulong start = Read(place + EntryBytes - ValueBytes, ValueBytes);
        return bytes <= (ulong)ValueBytes || (start <= length && bytes <= length - start);
    }

    /// <summary>Bytes of one value, by TIFF 6.0's types and BigTIFF's.</summary>
    private int BytesOf(long place) => Read(place + 2, 2) switch
    {
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 1,
    };

    private long Place(int entry) => _first + ((long)entry * EntryBytes);

    private ulong Read(long place, int bytes)
    {
        ReadOnlySpan<byte> at = _file.AsSpan((int)place);
        return bytes switch
        {
            1 => at[0],
            2 => _isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at),
            4 => _isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at),
            _ => _isLittle ? BinaryPrimitives.ReadUInt64LittleEndian(at) : BinaryPrimitives.ReadUInt64BigEndian(at),
        };
    }
}
