using System.Globalization;
using System.Text;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Zip;

/// <summary>
/// Writes checkpoints in the format of <c>torch.save</c> since version 1.6, which <see cref="TorchZipFile"/> reads:
/// <c>torch.load</c> opens them, with <c>weights_only</c> too.
/// </summary>
internal static class TorchZipWriter
{
    /// <summary>
    /// Writes a state dict: an ordered dictionary of tensors, as <c>torch.save(model.state_dict())</c> does.
    /// </summary>
    /// <param name="path">File to write; an older one is replaced when the new one is whole.</param>
    /// <param name="tensors">Any shapes, devices and strides; each is stored on its own, contiguous.</param>
    /// <exception cref="PromptKDException">The file cannot be written, or would be larger than 4 GiB.</exception>
    public static void WriteStateDict(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var dictionary = new PickleDictionary { IsOrdered = true };
        foreach ((string name, Tensor tensor) in tensors)
        {
            dictionary[name] = tensor;
        }

        Write(path, dictionary);
    }

    /// <summary>
    /// Writes any tree of the values that <see cref="PickleWriter"/> knows, with tensors anywhere in it.
    /// </summary>
    /// <param name="path">As <see cref="WriteStateDict"/>.</param>
    /// <param name="root">What <c>torch.load</c> is to return. A tensor that appears twice is stored once.</param>
    /// <param name="otherEntries">Further files of the archive, such as TorchScript's code.</param>
    /// <param name="mark">
    /// Which run writes it: a digest. The file then carries it, and a <see cref="ZipSeal"/>. Null for neither.
    /// </param>
    /// <exception cref="ArgumentException">The tree has a value of another type, or contains itself.</exception>
    /// <exception cref="PromptKDException">As <see cref="WriteStateDict"/>.</exception>
    public static void Write(
        string path,
        object? root,
        IEnumerable<KeyValuePair<string, byte[]>>? otherEntries = null,
        string? mark = null)
    {
        var keys = new OrderedDictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        using var pickle = new MemoryStream();
        PickleWriter.Write(pickle, root, tensor =>
        {
            keys.TryAdd(tensor, keys.Count);
            return DescribeAs(keys[tensor], tensor);
        });
        string folder = Path.GetFileNameWithoutExtension(path);
        WholeFile.Write(path, stream =>
        {
            using var zip = new StoredZipWriter(stream);
            zip.Add($"{folder}/data.pkl", pickle.ToArray());
            foreach ((string name, byte[] content) in otherEntries ?? [])
            {
                zip.Add($"{folder}/{name}", content);
            }

            foreach ((Tensor tensor, int key) in keys)
            {
                using DisposeScope scope = NewDisposeScope();
                zip.Add($"{folder}/data/{key}", tensor.detach().cpu().contiguous().flatten());
            }

            zip.Add($"{folder}/version", Encoding.ASCII.GetBytes("3\n"));
            zip.Add($"{folder}/byteorder", Encoding.ASCII.GetBytes("little"));
            zip.Finish(mark is null ? "" : ZipSeal.Begin(mark));
            if (mark is not null)
            {
                ZipSeal.Apply(stream);
            }
        });
    }

    private static StoredTensor DescribeAs(int key, Tensor tensor)
    {
        var storage = new PickledStorage(key.ToString(CultureInfo.InvariantCulture), tensor.dtype, tensor.numel());
        return new StoredTensor(storage, 0, tensor.shape, ContiguousStrides(tensor.shape));
    }

    private static long[] ContiguousStrides(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long step = 1;
        for (int dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = step;
            step *= Math.Max(shape[dimension], 1);
        }

        return strides;
    }
}
