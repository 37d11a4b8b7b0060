using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// The format that <c>torch.save</c> wrote before version 1.6: one after another, the pickles of a magic number, a
/// protocol number, the machine, the saved object and the list of storage keys; then, for each key, its number of
/// elements (8 bytes) and their values.
/// </summary>
internal sealed class TorchLegacyFile : ITorchFile
{
    private const long ProtocolVersion = 1001;
    private static readonly BigInteger s_magicNumber = BigInteger.Parse(
        "1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly Dictionary<string, PickledStorage> _storages = [];
    private readonly Dictionary<string, long> _positions = [];
    private readonly ReadingBudget _budget;

    /// <exception cref="PromptKDException">Not such a file, damaged, or not little-endian.</exception>
    public TorchLegacyFile(string path, FileStream stream)
    {
        _path = path;
        _stream = stream;
        _budget = new ReadingBudget(stream.Length);
        if (!s_magicNumber.Equals(ReadPickle()))
        {
            throw new PromptKDException(
                $"{path}: a Python pickle, but not of torch.save (no magic number): not a PyTorch checkpoint.");
        }

        try
        {
            ReadHeader();
            Root = PickleReader.Read(path, stream, LoadPersistent);
            FindStorages();
        }
        catch (Exception error) when (error is InvalidDataException or IOException or OverflowException)
        {
            throw Damaged(error);
        }
    }

    /// <inheritdoc/>
    public object? Root { get; }

    /// <inheritdoc/>
    public Tensor Read(StoredTensor tensor)
    {
        try
        {
            return tensor.Read(_budget, isSkipped: false, OpenStorage);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(error);
        }
    }

    public void Dispose() => _stream.Dispose();

    private object? ReadPickle() => PickleReader.Read(
        _path, _stream, _ => throw new InvalidDataException("a reference to a storage where none belongs."));

    private void ReadHeader()
    {
        if (ReadPickle() is not ProtocolVersion)
        {
            throw new InvalidDataException($"not protocol {ProtocolVersion}.");
        }

        if (ReadPickle() is not PickleDictionary machine || !machine.TryGetValue("little_endian", out object? little))
        {
            throw new InvalidDataException("no description of the machine.");
        }

        if (little is not true)
        {
            throw new PromptKDException(
                $"{_path}: written on a big-endian machine. Save it again on a little-endian machine.");
        }
    }

    private object? LoadPersistent(object?[] reference)
    {
        // Whole pickled models also refer to their modules: ("module", class, source file, source text).
        if (reference is ["module", ..])
        {
            return reference.ElementAtOrDefault(1);
        }

        PickledStorage storage = TorchStorages.Parse(reference);
        var whole = new PickledStorage(storage.Key, storage.Type, (long)reference[4]!);
        return _storages.TryAdd(storage.Key, whole) || _storages[storage.Key] == whole
            ? storage
            : throw new InvalidDataException($"two different storages '{storage.Key}'.");
    }

    private void FindStorages()
    {
        if (ReadPickle() is not List<object?> keys)
        {
            throw new InvalidDataException("no list of storages.");
        }

        Span<byte> countBytes = stackalloc byte[8];
        foreach (object? key in keys)
        {
            if (key is not string name || !_storages.TryGetValue(name, out PickledStorage? storage))
            {
                throw new InvalidDataException("a storage that no tensor uses.");
            }

            _stream.ReadExactly(countBytes);
            long count = BinaryPrimitives.ReadInt64LittleEndian(countBytes);
            long bytes = checked(storage.Count * storage.Type.ElementSize());
            if (count != storage.Count || bytes > _stream.Length - _stream.Position)
            {
                throw new InvalidDataException(
                    $"storage '{name}' needs {storage.Count} elements ({bytes} bytes), found {count} and "
                    + $"{_stream.Length - _stream.Position} bytes.");
            }

            _positions[name] = _stream.Position;
            _stream.Position += bytes;
        }

        if (_storages.Keys.FirstOrDefault(name => !_positions.ContainsKey(name)) is { } missing)
        {
            throw new InvalidDataException($"no values for storage '{missing}'.");
        }
    }

    private BufferedStream OpenStorage(PickledStorage storage, long byteOffset)
    {
        FileStream stream = RegularFile.Open(_path, bufferSize: 1);
        stream.Position = _positions[storage.Key] + byteOffset;
        return new BufferedStream(stream);
    }

    private PromptKDException Damaged(Exception error) => new(
        $"{_path}: cut short or damaged: {error.Message} Fetch the file again.", error);
}
