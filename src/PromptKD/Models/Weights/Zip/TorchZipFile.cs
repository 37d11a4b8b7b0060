using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Zip;

/// <summary>
/// The format that <c>torch.save</c> has written since version 1.6, and TorchScript archives: a zip whose entry
/// <c>data.pkl</c> is the pickle and whose entries <c>data/KEY</c> are the storages. TorchScript's code entries are
/// never looked at. Entries are read one by one from the file, never the archive as a whole, and each is compared with
/// its checksum before its first value is used.
/// </summary>
internal sealed class TorchZipFile : ITorchFile
{
    private readonly string _path;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];
    private readonly HashSet<string> _whole = [];
    private readonly string _folder;
    private readonly ReadingBudget _budget;

    /// <exception cref="PromptKDException">Not a PyTorch archive, damaged, or not little-endian.</exception>
    public TorchZipFile(string path, FileStream stream)
    {
        _path = path;
        _budget = new ReadingBudget(stream.Length);
        try
        {
            ZipDirectory.RefuseLarge(stream);
            _archive = new ZipArchive(stream, ZipArchiveMode.Read);
            foreach (ZipArchiveEntry entry in _archive.Entries.Where(entry => !_entries.TryAdd(entry.FullName, entry)))
            {
                throw new InvalidDataException($"two entries '{entry.FullName}'.");
            }

            _folder = FindFolder();
            CheckByteOrder();
            using var pickle = new BufferedStream(OpenEntry("data.pkl"));
            Root = PickleReader.Read(path, pickle, LoadStorage);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(error);
        }
    }

    /// <inheritdoc/>
    public object? Root { get; }

    /// <summary>Whether <c>torch.jit.save</c> wrote it: only that has an entry for constants.</summary>
    public bool IsTorchScript => _entries.ContainsKey(_folder + "constants.pkl");

    /// <inheritdoc/>
    public Tensor Read(StoredTensor tensor)
    {
        try
        {
            return tensor.Read(_budget, isSkipped: true, OpenStorage);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(error);
        }
    }

    public void Dispose() => _archive.Dispose();

    /// <summary>Everything lies in one folder, named after the file as it was first saved.</summary>
    private string FindFolder()
    {
        string? pickle = _entries.Keys
            .Where(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))
            .MinBy(name => name.Length);
        return pickle?[..^"data.pkl".Length] ?? throw new PromptKDException(
            $"{_path}: a zip archive of {Counted.Of(_entries.Count, "file")} without a 'data.pkl': not a PyTorch "
            + "checkpoint.");
    }

    private void CheckByteOrder()
    {
        if (!_entries.ContainsKey(_folder + "byteorder"))
        {
            return;
        }

        Span<byte> text = stackalloc byte[16];
        using Stream stream = OpenEntry("byteorder");
        int length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        string order = Encoding.ASCII.GetString(text[..length]).Trim();
        if (order != "little")
        {
            throw new PromptKDException(
                $"{_path}: its byte order is '{order}', not 'little'. Save it again on a little-endian machine.");
        }
    }

    // ("storage", storage class, key, location such as "cuda:0", elements)
    private PickledStorage LoadStorage(object?[] reference)
    {
        PickledStorage storage = TorchStorages.Parse(reference);
        ZipArchiveEntry entry = Find($"data/{storage.Key}");
        long bytes = checked(storage.Count * storage.Type.ElementSize());
        return entry.Length >= bytes
            ? storage
            : throw new InvalidDataException($"'{entry.FullName}' has {entry.Length} bytes, expected {bytes}.");
    }

    private Stream OpenStorage(PickledStorage storage, long byteOffset)
    {
        Stream stream = OpenEntry($"data/{storage.Key}");
        byte[] skipped = new byte[(int)Math.Min(byteOffset, 1 << 16)];
        for (long left = byteOffset; left > 0; left -= Math.Min(left, skipped.Length))
        {
            stream.ReadExactly(skipped.AsSpan(0, (int)Math.Min(left, skipped.Length)));
        }

        return stream;
    }

    private Stream OpenEntry(string name)
    {
        ZipArchiveEntry entry = Find(name);
        if (_whole.Add(entry.FullName))
        {
            RefuseDamage(entry);
        }

        return entry.Open();
    }

    // Neither .NET nor PyTorch compares them. A checksum of 0 is none: PyTorch can be told to compute none.
    private void RefuseDamage(ZipArchiveEntry entry)
    {
        if (entry.Crc32 == 0)
        {
            return;
        }

        _budget.Spend(memory: 0, entry.Length);
        var checksum = new Crc32();
        byte[] buffer = new byte[(int)Math.Min(entry.Length, 1 << 16)];
        using Stream stream = entry.Open();
        for (long left = entry.Length; left > 0; left -= Math.Min(left, buffer.Length))
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            stream.ReadExactly(part);
            checksum.Append(part);
        }

        if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
        {
            throw new InvalidDataException($"the bytes of '{entry.FullName}' do not match their checksum.");
        }
    }

    private ZipArchiveEntry Find(string name) =>
        _entries.TryGetValue(_folder + name, out ZipArchiveEntry? entry)
            ? entry
            : throw new InvalidDataException($"no entry '{_folder}{name}'.");

    private static bool IsDamage(Exception error) => error is InvalidDataException or IOException
        or OverflowException or NotSupportedException or ArgumentException;

    private PromptKDException Damaged(Exception error) => new(
        $"{_path}: not a PyTorch archive, cut short or damaged: {error.Message} Fetch the file again.", error);
}
