using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace PromptKD.Models.Weights.Pickle;

/// <summary>The bytes of one pickle: numbers and texts, within a limit that no real checkpoint nears.</summary>
/// <param name="stream">Positioned at the pickle's first byte; buffered.</param>
/// <param name="budget">Pays for what is read.</param>
internal sealed class PickleInput(Stream stream, PickleBudget budget)
{
    // Tensors' values are kept apart from the pickle: those of real checkpoints stay below 1 MB.
    private const int MaxBytes = 8 << 20;
    private const int MaxDigits = 1000;

    private static readonly Regex s_escape = new(@"\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}", RegexOptions.CultureInvariant);

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <exception cref="InvalidDataException">The pickle is longer than any checkpoint's.</exception>
    /// <exception cref="EndOfStreamException">The file is cut short.</exception>
    public byte[] ReadBytes(int count)
    {
        // A text takes its bytes, twice as many for its letters, and an object.
        Advance(count);
        budget.Spend(PickleBudget.Reference + (3L * count));
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public byte ReadByte()
    {
        Advance(1);
        int next = stream.ReadByte();
        return next >= 0 ? (byte)next : throw new EndOfStreamException("the pickle ends before its last instruction.");
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    /// <summary>Reads a little-endian length of 1, 4 or 8 bytes, then as many bytes.</summary>
    public byte[] ReadCounted(int lengthBytes)
    {
        Span<byte> wide = stackalloc byte[8];
        ReadBytes(lengthBytes).CopyTo(wide);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        return length <= MaxBytes
            ? ReadBytes((int)length)
            : throw new InvalidDataException($"a value of {length} bytes.");
    }

    /// <summary>Reads counted bytes as UTF-8 text.</summary>
    public string ReadText(int lengthBytes) => Encoding.UTF8.GetString(ReadCounted(lengthBytes));

    /// <summary>Reads UTF-8 text up to a line feed, without it.</summary>
    public string ReadLine() => Encoding.UTF8.GetString(ReadLineBytes()).TrimEnd('\r');

    /// <summary>Reads a line of text as protocol 0 writes it: Latin-1, the rest as \uXXXX or \UXXXXXXXX.</summary>
    public string ReadEscapedLine() => s_escape.Replace(
        Encoding.Latin1.GetString(ReadLineBytes()),
        match => Rune.TryCreate(Convert.ToInt32(match.Value[2..], fromBase: 16), out Rune rune)
            ? rune.ToString()
            : ((char)Convert.ToInt32(match.Value[2..6], fromBase: 16)).ToString());

    /// <summary>Reads a counted two's complement integer: long, or BigInteger where it needs to be.</summary>
    public object ReadCountedInteger(int lengthBytes)
    {
        var value = new BigInteger(ReadCounted(lengthBytes));
        return FitsLong(value) ? (object)(long)value : value;
    }

    /// <summary>Reads a line of digits: long, BigInteger, or bool, which protocol 0 writes as 00 and 01.</summary>
    public object ReadIntegerLine() => ReadLine().TrimEnd('L') switch
    {
        "00" => false,
        "01" => true,
        string { Length: <= MaxDigits } digits
            when BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            => FitsLong(value) ? (object)(long)value : value,
        _ => throw new InvalidDataException("an integer that is none."),
    };

    public long ReadIndexLine() =>
        ReadIntegerLine() is long index ? index : throw new InvalidDataException("an index that is none.");

    public double ReadFloatLine() =>
        double.TryParse(ReadLine(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new InvalidDataException("a number that is none.");

    private byte[] ReadLineBytes()
    {
        var line = new List<byte>();
        for (byte next = ReadByte(); next != '\n'; next = ReadByte())
        {
            line.Add(next);
        }

        budget.Spend(PickleBudget.Reference + (3L * line.Count));
        return [.. line];
    }

    private void Advance(int count) => Position = count <= MaxBytes - Position
        ? Position + count
        : throw new InvalidDataException($"the pickle is longer than {MaxBytes} bytes.");

    private static bool FitsLong(BigInteger value) => value >= long.MinValue && value <= long.MaxValue;
}
