using System.Globalization;

namespace PromptKD.Data.Shards;

/// <summary>
/// Lists the members of a tar archive that is not compressed: those of POSIX (ustar, PAX), of GNU tar, and of the
/// oldest programs. Reads headers only, of which each takes 512 bytes of the file, and long names up to 1 MiB.
/// </summary>
/// <remarks>
/// .NET's own reader stops at owners and times that it has no room for, and does not say where a sparse file's bytes
/// lie.
/// </remarks>
internal sealed class TarArchive
{
    private const int LongestExtension = 1 << 20;

    private readonly Stream _stream;
    private readonly CancellationToken _stop;
    private readonly long _length;
    private readonly byte[] _block = new byte[TarHeader.Length];
    private readonly Dictionary<string, string> _forAll = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TarMember> _files = new(StringComparer.Ordinal);
    private long _position;

    private TarArchive(Stream stream, CancellationToken stop)
    {
        _stream = stream;
        _stop = stop;
        _length = stream.Length;
    }

    /// <summary>An archive of which nothing is read yet.</summary>
    /// <param name="stream">A file from its beginning. The caller closes it, behind the last member.</param>
    /// <param name="stop">Stops between blocks; nothing but zeros may follow, for gigabytes.</param>
    public static TarArchive Of(Stream stream, CancellationToken stop = default) => new(stream, stop);

    /// <summary>
    /// Whether zeros end the archive, as all programs write them: known behind the last member. One without them, or
    /// whose last file is not filled up, may have been cut there; whatever followed is not missed by anything else.
    /// </summary>
    public bool HasItsEnd { get; private set; }

    /// <summary>The members in their order.</summary>
    /// <exception cref="InvalidDataException">It is no such archive, damaged, or ends early.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IEnumerable<TarMember> Members()
    {
        while (Next() is { } member)
        {
            yield return member;
        }
    }

    private TarMember? Next()
    {
        bool isAnnounced = false;
        var records = new Dictionary<string, string>(_forAll, StringComparer.Ordinal);
        for (; ReadHeader() is { } header; isAnnounced = header.Type != 'g')
        {
            switch (header.Type)
            {
                case 'x' or 'X': // X is Solaris'.
                    PaxRecords.Read(Extension(header), records);
                    break;
                case 'g':
                    PaxRecords.Read(Extension(header), _forAll);
                    break;
                case 'L':
                    records["path"] = TarHeader.Text(Extension(header));
                    break;
                case 'K':
                    records["linkpath"] = TarHeader.Text(Extension(header));
                    break;
                default:
                    return Member(header, records);
            }
        }

        return isAnnounced ? throw new InvalidDataException("it ends behind a long name") : null;
    }

    /// <summary>
    /// The next header; null at the end. Blocks of zeros end an archive, but another may have been put behind it.
    /// </summary>
    private TarHeader? ReadHeader()
    {
        bool isFirst = _position == 0;
        HasItsEnd = false;
        while (TryReadBlock(mayBeCut: HasItsEnd))
        {
            if (_block.AsSpan().ContainsAnyExcept((byte)0))
            {
                // What lies behind the end and is no archive is padding.
                return HasItsEnd && !TarHeader.HasItsSum(_block) ? null : TarHeader.Read(_block);
            }

            HasItsEnd = true;
            _forAll.Clear();
        }

        return isFirst && !HasItsEnd ? throw new InvalidDataException("the file is empty") : null;
    }

    /// <param name="mayBeCut">Whether part of a block is as good as none: behind the archive's end.</param>
    private bool TryReadBlock(bool mayBeCut = false)
    {
        _stop.ThrowIfCancellationRequested();
        _stream.Position = _position;
        int count = _stream.ReadAtLeast(_block, _block.Length, throwOnEndOfStream: false);
        _position += count;
        return count == _block.Length
            || (count == 0 || mayBeCut ? false : throw new InvalidDataException("it ends within a header"));
    }

    private byte[] Extension(TarHeader header)
    {
        if (header.Size > LongestExtension)
        {
            throw new InvalidDataException($"a name of {header.Size} bytes");
        }

        byte[] content = new byte[Within(header.Size, "a long name")];
        _stream.Position = _position;
        _stream.ReadExactly(content);
        Skip(header.Size);
        return content;
    }

    private TarMember Member(TarHeader header, Dictionary<string, string> records)
    {
        bool isSparse = header.Type == 'S'
            || records.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal));
        string name = records.GetValueOrDefault("GNU.sparse.name") ?? records.GetValueOrDefault("path") ?? header.Name;
        if (header.Type == '1')
        {
            // A second name of a file that came before; nothing lies behind its header.
            string target = records.GetValueOrDefault("linkpath") ?? header.Target;
            return _files.TryGetValue(target, out TarMember? file)
                ? Remember(file with { Name = name })
                : new TarMember(name, TarMemberKind.Other, _position, 0);
        }

        if (header.Type == 'S')
        {
            SkipSparseMap();
        }

        bool hasNoBytes = header.Type is '2' or '3' or '4' or '5' or '6';
        long size = hasNoBytes ? 0 : SizeOf(header, records);
        var member = new TarMember(name, KindOf(header.Type, name, isSparse), _position, Within(size, $"'{name}'"));
        Skip(size);
        return Remember(member);
    }

    private TarMember Remember(TarMember member)
    {
        if (member.Kind is TarMemberKind.File or TarMemberKind.Sparse)
        {
            _files[member.Name] = member;
        }

        return member;
    }

    private static TarMemberKind KindOf(char type, string name, bool isSparse) => type switch
    {
        _ when isSparse => TarMemberKind.Sparse,
        '5' or 'D' => TarMemberKind.Folder, // D is GNU's list of what was in one.
        '0' or '\0' when name.EndsWith('/') => TarMemberKind.Folder, // As the oldest programs wrote them.
        '0' or '\0' or '7' => TarMemberKind.File,
        _ => TarMemberKind.Other,
    };

    private static long SizeOf(TarHeader header, Dictionary<string, string> records) =>
        !records.TryGetValue("size", out string? stated) ? header.Size
        : long.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size
        : throw new InvalidDataException("the size of a member is no number");

    // GNU tar's first way of packing sparse files: blocks of a map between the header and the bytes, as long as the
    // last one says that another follows.
    private void SkipSparseMap()
    {
        const int MoreInHeader = 482;
        const int MoreInMap = 504;
        for (int place = MoreInHeader; _block[place] != 0; place = MoreInMap)
        {
            if (!TryReadBlock())
            {
                throw new InvalidDataException("it ends within a header");
            }
        }
    }

    private long Within(long size, string what) => size <= _length - _position
        ? size
        : throw new InvalidDataException($"{what} is cut short");

    // The last member need not be filled up to a whole block.
    private void Skip(long size) =>
        _position = Math.Min(
            _length, _position + ((size + TarHeader.Length - 1) / TarHeader.Length * TarHeader.Length));
}
