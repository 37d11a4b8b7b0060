using System.Text;

namespace PromptKD.Data.Shards;

/// <summary>
/// Reads a structure of Thrift's compact protocol, in which parquet files describe themselves, and refuses whatever is
/// not as it should be: Parquet.Net 6.1 reads fields by their numbers alone, takes the end of the bytes for ones that
/// never end, and makes lists as long as the file says.
/// </summary>
/// <remarks>Apache Thrift, "Thrift compact protocol encoding".</remarks>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int LongestNumber = 10;
    private const int DeepestNesting = 16;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Reads a structure.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such structure.</exception>
    /// <exception cref="EndOfStreamException">They end within it.</exception>
    public ThriftValues Read(ThriftShape shape) => ReadStructure(shape, depth: 0);

    private ThriftValues ReadStructure(ThriftShape shape, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidDataException("its description is nested too deeply");
        }

        var values = new ThriftValues();
        int number = 0;
        for (int header = Next(); header != 0; header = Next())
        {
            int step = header >> 4;
            number = step == 0 ? checked((int)ReadNumber()) : number + step;
            int type = header & 0xF;
            ThriftField field = shape[number] ?? Simple(type);
            if (KindOf(type) != field.Kind)
            {
                throw Wrong();
            }

            if (field.Kind != ThriftKind.Boolean && ReadValue(field, depth) is { } value)
            {
                values.Set(number, value);
            }
        }

        return values;
    }

    /// <summary>A value that is asked for later; null for others.</summary>
    private object? ReadValue(ThriftField field, int depth)
    {
        switch (field.Kind)
        {
            case ThriftKind.Integer:
                return ReadNumber();
            case ThriftKind.Structure:
                return ReadStructure(field.Shape!, depth + 1);
            case ThriftKind.List:
                return ReadList(field, depth);
            case ThriftKind.Bytes:
                Skip(ReadLength());
                return null;
            default:
                Skip(field.Kind == ThriftKind.Double ? sizeof(double) : 1);
                return null;
        }
    }

    private object? ReadList(ThriftField field, int depth)
    {
        int header = Next();
        int count = header >> 4;
        count = count == 0xF ? ReadLength() : count;

        // Every element takes a byte at least.
        if (count > _bytes.Length - Position || (count > 0 && KindOf(header & 0xF) != field.Element))
        {
            throw Wrong();
        }

        var structures = new List<ThriftValues>();
        var texts = new List<string>();
        for (int index = 0; index < count; index++)
        {
            switch (field.Element)
            {
                case ThriftKind.Structure:
                    structures.Add(ReadStructure(field.Shape!, depth + 1));
                    break;
                case ThriftKind.Bytes:
                    int length = ReadLength();
                    Skip(length);
                    texts.Add(Encoding.UTF8.GetString(_bytes.Slice(Position - length, length)));
                    break;
                default:
                    ReadNumber();
                    break;
            }
        }

        return field.Element switch
        {
            ThriftKind.Structure => structures,
            ThriftKind.Bytes => texts,
            _ => null,
        };
    }

    // A field of a later version of the format: what the library passes over rightly.
    private static ThriftField Simple(int type) => KindOf(type) is ThriftKind.Structure or ThriftKind.List
        ? throw new InvalidDataException("its description has a field that is not known")
        : new ThriftField(KindOf(type));

    private static ThriftKind KindOf(int type) => type switch
    {
        1 or 2 => ThriftKind.Boolean,
        3 => ThriftKind.Byte,
        4 or 5 or 6 => ThriftKind.Integer,
        7 => ThriftKind.Double,
        8 => ThriftKind.Bytes,
        9 => ThriftKind.List,
        12 => ThriftKind.Structure,
        _ => throw Wrong(),
    };

    // Zigzag: 0, -1, 1, -2 are stored as 0, 1, 2, 3.
    private long ReadNumber()
    {
        ulong stored = ReadUnsigned();
        return (long)(stored >> 1) ^ -(long)(stored & 1);
    }

    private int ReadLength()
    {
        ulong length = ReadUnsigned();
        return length <= (ulong)(_bytes.Length - Position) ? (int)length : throw Short();
    }

    private ulong ReadUnsigned()
    {
        ulong number = 0;
        for (int place = 0; place < LongestNumber; place++)
        {
            int part = Next();
            number |= (ulong)(part & 0x7F) << (7 * place);
            if (part < 0x80)
            {
                return number;
            }
        }

        throw Wrong();
    }

    private int Next() => Position < _bytes.Length ? _bytes[Position++] : throw Short();

    private void Skip(int count) => Position = count <= _bytes.Length - Position ? Position + count : throw Short();

    private static InvalidDataException Wrong() => new("its description is damaged");

    private static EndOfStreamException Short() => new("its description ends early");
}
