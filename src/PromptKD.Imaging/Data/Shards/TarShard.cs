using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Runtime.Remote;
using PromptKD.Text.Names;

namespace PromptKD.Data.Shards;

/// <summary>
/// Pictures in a tar archive, as WebDataset lays them out: the files of one sample have the same path up to the first
/// dot of their name. Listed once; each picture is then read by its place in the file, so any order costs the same.
/// </summary>
/// <remarks>github.com/webdataset/webdataset, "The WebDataset Format".</remarks>
internal sealed class TarShard : IShard
{
    private readonly string _path;
    private readonly Func<long, long, IPictureBytes> _part;
    private readonly List<ShardPicture> _pictures = [];
    private readonly List<string> _keys = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly TarLabels _labels;

    private TarShard(string path, Func<long, long, IPictureBytes> part)
    {
        _path = path;
        _part = part;
        _labels = new TarLabels(path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ShardPicture> Pictures => _pictures;

    /// <inheritdoc/>
    public LeftOutCounter LeftOut { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string>? ClassNames => null;

    /// <summary>Lists an archive.</summary>
    /// <param name="path">A tar archive that is not compressed.</param>
    /// <param name="stop">Stops between its blocks.</param>
    /// <exception cref="PromptKDException">It cannot be read, or ends early.</exception>
    public static TarShard Open(string path, CancellationToken stop = default)
    {
        var shard = new TarShard(path, (offset, length) => new FileBytes(path, offset, length));
        shard.List(() => RegularFile.Open(path), keepsLabels: false, stop);
        return shard;
    }

    /// <summary>Lists an archive on a server, which is read once from its beginning to its end.</summary>
    /// <param name="file">A tar archive that is not compressed.</param>
    /// <param name="keepsLabels">Whether labels are wanted: they are read on the way.</param>
    /// <param name="stop">Stops, now, and where pictures are read later.</param>
    /// <exception cref="PromptKDException">It cannot be read, or ends early.</exception>
    public static TarShard Open(RemoteFile file, bool keepsLabels, CancellationToken stop)
    {
        var shard = new TarShard(
            file.Address, (offset, length) => new RemoteBytes(file, offset, length, stop));
        shard.List(() => new RemoteStream(file, stop), keepsLabels, stop);
        return shard;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ShardLabel?> ReadLabels(CancellationToken stop = default) =>
        _labels.Read(_keys, _pictures, stop);

    /// <inheritdoc/>
    public IEnumerable<TextsBesideLabels> ReadTextsBesideLabels(CancellationToken stop = default) =>
        [new TextsBesideLabels(".txt", _keys.Select(key => _labels.ReadTextBesideNumber(key, stop)))];

    private void List(Func<Stream> open, bool keepsLabels, CancellationToken stop)
    {
        int entries = 0;
        try
        {
            using Stream stream = open();
            var archive = TarArchive.Of(stream, stop);
            foreach (TarMember member in archive.Members())
            {
                entries++;
                Add(member, keepsLabels ? stream : null);
            }

            CountLabelsWithoutPicture();
            if (!archive.HasItsEnd)
            {
                LeftOut.AddWithoutEnd(_path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PromptKDException(
                entries == 0 && ForeignFile.InPlaceOfTar(open) is { } other
                    ? $"{_path}: {other}"
                    : $"{_path}: not a whole tar archive: {error.Message} (behind entry {entries}). Compressed "
                        + "archives have to be decompressed first.",
                error);
        }
    }

    private void Add(TarMember member, Stream? labels)
    {
        string name = member.Name.StartsWith("./", StringComparison.Ordinal) ? member.Name[2..] : member.Name;
        string file = name[(name.LastIndexOf('/') + 1)..];
        bool isFile = member.Kind is TarMemberKind.File or TarMemberKind.Sparse;
        if (!isFile || file.StartsWith('.'))
        {
            PassOver(member.Kind, file);
            return;
        }

        if (LeftOutKinds.OfHiddenPlace(name) is { } hidden)
        {
            LeftOut.Add(hidden);
            return;
        }

        IPictureBytes bytes = member.Kind == TarMemberKind.Sparse
            ? new SparseBytes(_path)
            : _part(member.Offset, member.Length);
        int dot = file.IndexOf('.', StringComparison.Ordinal);
        string key = dot < 0 ? name : name[..(name.Length - file.Length + dot)];
        if (PictureFile.IsPicture(file))
        {
            RefuseDoubled(name);
            _pictures.Add(new ShardPicture(name, bytes));
            _keys.Add(key);
            return;
        }

        if (dot >= 0 && TarLabels.IsLabel(file[(dot + 1)..]))
        {
            bool isRead = labels is not null
                && member is { Kind: TarMemberKind.File, Length: <= TarLabels.LargestFile };
            _labels.Add(key, file[(dot + 1)..], isRead ? HeldBytes.Read(_path, labels!, member) : bytes);
        }
        else
        {
            LeftOut.AddFile(name);
        }
    }

    // Unpacking would keep the last one of a name; joined archives have pictures and labels of several.
    private void RefuseDoubled(string name)
    {
        if (!_names.Add(name))
        {
            int first = _pictures.FindIndex(picture => picture.Name == name);
            throw new PromptKDException(
                $"{_path}: picture {_pictures.Count + 1} in it is called {ListedName.Show(name)}, as picture "
                + $"{first + 1} is: it was joined from several archives. Keep each as it was, or give every picture a "
                + "name of its own.");
        }
    }

    // Folders are no contents; headers of the archive itself do not come here.
    private void PassOver(TarMemberKind kind, string file)
    {
        if (kind == TarMemberKind.Other)
        {
            LeftOut.Add(LeftOutKinds.NoFiles);
        }
        else if (kind != TarMemberKind.Folder)
        {
            LeftOut.AddFile(file);
        }
    }

    // A label is part of its picture's sample; one without a picture is left out.
    private void CountLabelsWithoutPicture()
    {
        var keys = _keys.ToHashSet(StringComparer.Ordinal);
        foreach (string file in _labels.Files.Where(file => !keys.Contains(Path.ChangeExtension(file, null))))
        {
            // Other kinds are a sample's description as well, and may be of the whole archive.
            if (file.EndsWith(TarLabels.ClassEnding, StringComparison.Ordinal))
            {
                LeftOut.Add(LeftOutKinds.LonelyLabels);
            }
            else
            {
                LeftOut.AddFile(file);
            }
        }
    }

    /// <summary>A small file that was read while its archive was listed.</summary>
    private sealed record HeldBytes(string Path, byte[] Content) : IPictureBytes
    {
        public static HeldBytes Read(string path, Stream archive, TarMember member)
        {
            byte[] content = new byte[member.Length];
            archive.Position = member.Offset;
            archive.ReadExactly(content);
            return new HeldBytes(path, content);
        }

        public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use) => use(Content);
    }

    /// <summary>Stands for a file that was packed without its holes.</summary>
    private sealed record SparseBytes(string Path) : IPictureBytes
    {
        public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use) =>
            throw new InvalidDataException("packed as a sparse file: pack it again without -S");
    }
}
