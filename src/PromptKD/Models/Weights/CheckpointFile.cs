using System.Text;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// An open file of weights in any format: safetensors, PyTorch (zip or legacy) or TorchScript, told apart by their
/// content. Shapes are known at once; values are read tensor by tensor, when asked for.
/// </summary>
internal sealed class CheckpointFile : IDisposable
{
    private const string ParallelPrefix = "module.";

    private readonly IDisposable _file;

    private CheckpointFile(string path, IDisposable file, Dictionary<string, TensorEntry> tensors, object? root)
    {
        Path = path;
        _file = file;
        Tensors = tensors;
        Values = root as PickleDictionary ?? [];
    }

    /// <summary>Path as given.</summary>
    public string Path { get; }

    /// <summary>
    /// Every tensor under its name in the file: those of the entry <c>state_dict</c> or <c>model_state_dict</c> where
    /// there is one (without the <c>module.</c> of torch's DataParallel), else all, names of nested objects joined by
    /// dots.
    /// </summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>A pickled dictionary's own entries (<c>epoch</c>, <c>optimizer</c>, …); else empty.</summary>
    public PickleDictionary Values { get; }

    /// <summary>The free-form texts of a safetensors file; empty for other files.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>
    /// Which run of ours wrote it, by a digest of the run's settings; null for a file that other programs wrote.
    /// </summary>
    public string? RunMark { get; private init; }

    /// <summary>Whether it is a TorchScript archive, as OpenAI publishes its models.</summary>
    public bool IsTorchScript => _file is TorchZipFile { IsTorchScript: true };

    /// <summary>Epochs trained, where the file says so.</summary>
    public long? Epoch => Values.TryGetValue("epoch", out object? value) ? value as long? : null;

    /// <summary>Accuracy on the validation images, percent, where the file says so.</summary>
    public double? ValidationResult => !Values.TryGetValue("val_result", out object? value) ? null
        : value is long integer ? integer
        : value as double?;

    /// <exception cref="PromptKDException">The file is missing, damaged or in no known format.</exception>
    public static CheckpointFile Open(string path)
    {
        FileStream stream = OpenStream(path);
        try
        {
            return Open(path, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor of <see cref="Values"/>, such as one of the optimizer's.</summary>
    /// <exception cref="InvalidOperationException">This is not a PyTorch file.</exception>
    public Tensor Read(StoredTensor tensor) => _file is ITorchFile torchFile
        ? torchFile.Read(tensor)
        : throw new InvalidOperationException($"{Path} is not a PyTorch file.");

    public void Dispose() => _file.Dispose();

    private static FileStream OpenStream(string path)
    {
        if (!File.Exists(path))
        {
            throw new PromptKDException(
                $"{path}: {(Directory.Exists(path) ? "a folder, not a file of weights." : "there is no such file.")}")
            {
                Code = Directory.Exists(path) ? PromptKDError.BadInput : PromptKDError.MissingFile,
            };
        }

        try
        {
            return RegularFile.Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"{path}: cannot be opened: {error.Message}", error);
        }
    }

    private static CheckpointFile Open(string path, FileStream stream)
    {
        Span<byte> start = stackalloc byte[16];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        if (start.Length > 8 && start[8] == '{')
        {
            SealedTensors.RefuseDamage(path, stream);
            stream.Position = 0;
            return new CheckpointFile(path, stream, SafetensorsFile.ReadEntries(path, stream), root: null)
            {
                Metadata = SafetensorsFile.ReadMetadata(path),
            };
        }

        var seal = ZipSeal.Find(stream);
        seal?.RefuseDamage(path, stream);
        stream.Position = 0;

        ITorchFile file = start switch
        {
            [(byte)'P', (byte)'K', ..] => new TorchZipFile(path, stream),
            [(byte)PickleOpcode.Protocol, ..] => new TorchLegacyFile(path, stream),
            _ => throw new PromptKDException(
                $"{path}: neither safetensors nor a PyTorch file: {stream.Length} bytes that begin with "
                + $"'{Printable(start)}'. Is it complete, and the file itself rather than a page or pointer to it?"),
        };
        var tensors = new Dictionary<string, TensorEntry>();
        foreach ((string name, StoredTensor tensor) in StateDict.Flatten(path, file.Root))
        {
            tensors[name] = new TensorEntry(tensor.Shape, tensor.Storage.Type, () => file.Read(tensor));
        }

        return new CheckpointFile(path, file, StripParallelPrefix(tensors), file.Root) { RunMark = seal?.Mark };
    }

    private static Dictionary<string, TensorEntry> StripParallelPrefix(Dictionary<string, TensorEntry> tensors) =>
        tensors.Count > 0 && tensors.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            ? tensors.ToDictionary(entry => entry.Key[ParallelPrefix.Length..], entry => entry.Value)
            : tensors;

    private static string Printable(ReadOnlySpan<byte> bytes) =>
        string.Concat(Encoding.Latin1.GetString(bytes).Select(letter => letter is >= ' ' and <= '~' ? letter : '·'));
}
