using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Dassl;

/// <summary>
/// Writes numbers for TensorBoard: <c>events.out.tfevents.TIME.HOST</c>, records of TensorFlow's TFRecord format that
/// each hold one Event message of protocol buffers.
/// </summary>
/// <remarks>
/// A record is its length (uint64), the masked CRC-32C of the length, the message, and the masked CRC-32C of the
/// message, all little-endian. Fields of Event: 1 wall_time (double), 2 step (int64), 3 file_version, 5 summary;
/// of Summary: 1 value; of its Value: 1 tag, 2 simple_value (float).
/// </remarks>
internal sealed class TensorBoardFile : IDisposable
{
    private const string FormatVersion = "brain.Event:2";

    private readonly AppendedFile _file;
    private readonly Func<DateTimeOffset> _now;

    // Whole records on their way to the file.
    private readonly ArrayBufferWriter<byte> _added = new();

    /// <param name="file">Where to; taken over.</param>
    /// <param name="now">The time of each record.</param>
    public TensorBoardFile(AppendedFile file, Func<DateTimeOffset> now)
    {
        _file = file;
        _now = now;
        WriteRecord([.. BeginEvent(step: 0), .. Field(3, Encoding.UTF8.GetBytes(FormatVersion))]);
    }

    /// <summary>Opens a new file in a folder, which is made where there is none.</summary>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public static TensorBoardFile Create(string folder)
    {
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():0000000000}.{Environment.MachineName}."
            + $"{Environment.ProcessId}.{Guid.NewGuid():N}");
        return new TensorBoardFile(AppendedFile.Open(Path.Combine(folder, name)), () => DateTimeOffset.UtcNow);
    }

    /// <summary>Adds a point to a curve.</summary>
    /// <param name="tag">Name of the curve, as <c>train/loss</c>.</param>
    /// <param name="value">The number.</param>
    /// <param name="step">Its place on the horizontal axis.</param>
    public void Add(string tag, double value, long step)
    {
        byte[] number = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(number, (float)value);
        byte[] point = [.. Field(1, Encoding.UTF8.GetBytes(tag)), Key(2, wireType: 5), .. number];
        WriteRecord([.. BeginEvent(step), .. Field(5, Field(1, point))]);
    }

    /// <summary>Hands what was added to the operating system.</summary>
    /// <exception cref="PromptKDException">It cannot be written; what was added is kept for the next time.</exception>
    public void Flush()
    {
        _file.Add(_added.WrittenSpan);
        _added.ResetWrittenCount();
    }

    /// <summary>
    /// Closes the file. Never throws: on the way out of a fault, the fault is what the user has to read.
    /// </summary>
    public void Dispose()
    {
        try
        {
            Flush();
        }
        catch (PromptKDException)
        {
            // Whoever has to know that everything is there flushes before.
        }

        _file.Dispose();
    }

    /// <summary>A CRC-32C turned and shifted, so that data which holds checksums itself does no harm.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        const uint Offset = 0xa282ead8;
        uint checksum = ~0u;
        foreach (byte value in data)
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        return BitOperations.RotateRight(~checksum, 15) + Offset;
    }

    private byte[] BeginEvent(long step)
    {
        byte[] time = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(time, _now().ToUnixTimeMilliseconds() / 1000.0);
        return [Key(1, wireType: 1), .. time, Key(2, wireType: 0), .. Varint((ulong)step)];
    }

    private void WriteRecord(byte[] message)
    {
        byte[] length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)message.Length);
        _added.Write([.. length, .. Checksum(length), .. message, .. Checksum(message)]);
    }

    private static byte[] Checksum(byte[] data)
    {
        byte[] checksum = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, MaskedChecksum(data));
        return checksum;
    }

    // A field of text, bytes, or another message.
    private static byte[] Field(int number, byte[] content) =>
        [Key(number, wireType: 2), .. Varint((ulong)content.Length), .. content];

    private static byte Key(int number, int wireType) => (byte)((number << 3) | wireType);

    // Seven bits a byte, the lowest first; the eighth says that more follow.
    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
