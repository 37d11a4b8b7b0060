using System.IO.Hashing;
using System.Text;

namespace PromptKD.Models.Weights.Zip;

/// <summary>
/// Writes a zip of uncompressed entries, each beginning at a multiple of 64 bytes, as torch does, so that values can
/// be mapped into memory where they lie. Equal entries give equal bytes: times are those of the format's first day.
/// </summary>
/// <remarks>PKWARE's APPNOTE.TXT 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16.</remarks>
internal sealed class StoredZipWriter : IDisposable
{
    private const int Alignment = 64;
    private const ushort Version = 20;
    private const ushort Utf8Names = 0x0800;
    private const ushort FirstDay = 0x0021; // 1980-01-01

    // The header of a block of padding: torch's own tag, "FB", and the length of what follows.
    private const ushort PaddingTag = 0x4246;
    private const int PaddingHeader = 4;
    private const int LocalHeader = 30;

    private readonly Stream _stream;
    private readonly BinaryWriter _writer;
    private readonly List<Entry> _entries = [];

    /// <param name="stream">Where to, from its start; stays open.</param>
    public StoredZipWriter(Stream stream)
    {
        _stream = stream;
        _writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>Adds an entry with these bytes.</summary>
    /// <exception cref="IOException">The archive would be beyond 4 GiB, or cannot be written.</exception>
    public void Add(string name, byte[] content) => Add(name, content.Length, visit => visit(content));

    /// <summary>Adds an entry with the values of a tensor.</summary>
    /// <param name="name">Of the entry.</param>
    /// <param name="flat">Contiguous on the CPU, [elements].</param>
    /// <exception cref="IOException">As the other overload.</exception>
    public void Add(string name, Tensor flat) =>
        Add(name, flat.numel() * flat.dtype.ElementSize(), visit => TensorBytes.Visit(flat, visit));

    /// <summary>Writes the directory of the entries, which ends the archive.</summary>
    /// <param name="comment">The last bytes of the file, ASCII; empty for none.</param>
    /// <exception cref="IOException">As <see cref="Add(string, byte[])"/>.</exception>
    public void Finish(string comment = "")
    {
        uint start = Narrow(_stream.Position);
        foreach (Entry entry in _entries)
        {
            _writer.Write(0x02014b50u);
            _writer.Write(Version); // made by
            WriteDescription(entry, extra: 0);
            _writer.Write((ushort)0); // comment
            _writer.Write((ushort)0); // disk
            _writer.Write((ushort)0); // internal attributes
            _writer.Write(0u); // external attributes
            _writer.Write(entry.Offset);
            _writer.Write(entry.Name);
        }

        uint size = Narrow(_stream.Position) - start;
        ushort count = _entries.Count <= ushort.MaxValue
            ? (ushort)_entries.Count
            : throw new IOException($"{_entries.Count} entries are more than a zip of this kind can hold.");
        _writer.Write(0x06054b50u);
        _writer.Write(0u); // disks
        _writer.Write(count); // on this disk
        _writer.Write(count);
        _writer.Write(size);
        _writer.Write(start);
        _writer.Write((ushort)comment.Length);
        _writer.Write(Encoding.ASCII.GetBytes(comment));
        _writer.Flush();
    }

    /// <summary>Frees the buffer; the stream stays open. An archive that was not finished has no directory.</summary>
    public void Dispose() => _writer.Dispose();

    // The content is visited twice: its checksum stands before it.
    private void Add(string name, long length, Action<Action<ReadOnlySpan<byte>>> content)
    {
        var checksum = new Crc32();
        content(checksum.Append);
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        var entry = new Entry(
            nameBytes, checksum.GetCurrentHashAsUInt32(), Narrow(length), Narrow(_stream.Position));
        _entries.Add(entry);
        int padding = PaddingBefore(entry.Offset + LocalHeader + nameBytes.Length);
        _writer.Write(0x04034b50u);
        WriteDescription(entry, padding);
        _writer.Write(nameBytes);
        if (padding > 0)
        {
            _writer.Write(PaddingTag);
            _writer.Write((ushort)(padding - PaddingHeader));
            _writer.Write(new byte[padding - PaddingHeader]);
        }

        _writer.Flush();
        content(_stream.Write);
    }

    // The part that an entry's own header and its line in the directory have in common.
    private void WriteDescription(Entry entry, int extra)
    {
        _writer.Write(Version); // needed to extract
        _writer.Write(Utf8Names);
        _writer.Write((ushort)0); // stored, not compressed
        _writer.Write((ushort)0); // midnight
        _writer.Write(FirstDay);
        _writer.Write(entry.Checksum);
        _writer.Write(entry.Length); // packed
        _writer.Write(entry.Length);
        _writer.Write((ushort)entry.Name.Length);
        _writer.Write((ushort)extra);
    }

    private static int PaddingBefore(long position)
    {
        int padding = (int)((Alignment - (position % Alignment)) % Alignment);
        return padding is > 0 and < PaddingHeader ? padding + Alignment : padding;
    }

    private static uint Narrow(long bytes) => bytes < uint.MaxValue
        ? (uint)bytes
        : throw new IOException("the archive would be larger than 4 GiB, which is not supported.");

    private sealed record Entry(byte[] Name, uint Checksum, uint Length, uint Offset);
}
