using System.Buffers.Binary;
using System.Text;

namespace PromptKD.Data.Datasets;

/// <summary>Kinds of data elements of a MATLAB file, with the numbers of the format.</summary>
internal enum MatElementType
{
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Single = 7,
    Double = 9,
    Int64 = 12,
    UInt64 = 13,
    Matrix = 14,
    Compressed = 15,
    Utf8 = 16,
    Utf16 = 17,
    Utf32 = 18,
}

/// <summary>One data element.</summary>
/// <param name="Type">What its bytes are.</param>
/// <param name="Data">The bytes, without padding.</param>
internal readonly record struct MatElement(MatElementType Type, ReadOnlyMemory<byte> Data)
{
    /// <summary>The bytes as numbers.</summary>
    public double[] Numbers() => Type switch
    {
        MatElementType.Int8 => Map(1, bytes => (sbyte)bytes[0]),
        MatElementType.UInt8 => Map(1, bytes => bytes[0]),
        MatElementType.Int16 => Map(2, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        MatElementType.UInt16 => Map(2, bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        MatElementType.Int32 => Map(4, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        MatElementType.UInt32 => Map(4, bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        MatElementType.Single => Map(4, bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        MatElementType.Double => Map(8, bytes => BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        MatElementType.Int64 => Map(8, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        MatElementType.UInt64 => Map(8, bytes => BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        _ => throw new InvalidDataException($"a data element of type {(int)Type} where numbers belong."),
    };

    /// <summary>The bytes as letters.</summary>
    public string Text() => Type switch
    {
        MatElementType.Int8 or MatElementType.UInt8 or MatElementType.Utf8 => Encoding.UTF8.GetString(Data.Span),
        MatElementType.UInt16 or MatElementType.Utf16 => Encoding.Unicode.GetString(Data.Span),
        MatElementType.Utf32 => Encoding.UTF32.GetString(Data.Span),
        _ => throw new InvalidDataException($"a data element of type {(int)Type} where letters belong."),
    };

    private double[] Map(int size, Func<ReadOnlySpan<byte>, double> read)
    {
        ReadOnlySpan<byte> bytes = Data.Span;
        double[] numbers = new double[bytes.Length / size];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = read(bytes[(i * size)..]);
        }

        return numbers;
    }
}

/// <summary>Takes one data element after the other.</summary>
/// <param name="bytes">What holds them.</param>
internal sealed class MatInput(ReadOnlyMemory<byte> bytes)
{
    private const int TagLength = 8;
    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>Whether nothing is left.</summary>
    public bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The next element.</summary>
    /// <exception cref="InvalidDataException">The bytes end within it.</exception>
    public MatElement Next()
    {
        if (_rest.Length < TagLength)
        {
            throw Truncated();
        }

        uint first = BinaryPrimitives.ReadUInt32LittleEndian(_rest.Span);
        int smallLength = (int)(first >> 16);
        if (smallLength > 0)
        {
            // Up to four bytes lie in the tag itself.
            return smallLength <= 4
                ? new MatElement((MatElementType)(first & 0xffff), Take(TagLength)[4..(4 + smallLength)])
                : throw new InvalidDataException("a small data element is longer than four bytes.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_rest.Span[4..]);
        Take(TagLength);
        if (length > _rest.Length)
        {
            throw Truncated();
        }

        var element = new MatElement((MatElementType)first, Take((int)length));
        int padding = (TagLength - ((int)length % TagLength)) % TagLength;
        if (element.Type != MatElementType.Compressed)
        {
            Take(Math.Min(padding, _rest.Length));
        }

        return element;
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        ReadOnlyMemory<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static InvalidDataException Truncated() => new("it ends within an array. Copy or download it again.");
}
