using System.Numerics;

namespace PromptKD.Models.Weights;

/// <summary>A run of values of one type in a PyTorch file, which several tensors may share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Count">Elements.</param>
/// <param name="Start">First element within the stored values of that name.</param>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count, long Start = 0);

/// <summary>A tensor of a PyTorch file as the file describes it: a strided view of a storage. No values yet.</summary>
internal sealed class StoredTensor
{
    /// <summary>Checkpoints stop at 5 (three-dimensional convolutions); libtorch stops at 64.</summary>
    public const int MaxDimensions = 16;

    // Expanded tensors (stride 0) hold more elements than are stored; beyond this size they are an attack.
    private const long MaxRepeatedElements = 1 << 24;

    /// <exception cref="InvalidDataException">The view reaches outside of its storage.</exception>
    public StoredTensor(PickledStorage storage, long offset, long[] shape, long[] strides)
    {
        if (offset < 0 || shape.Length != strides.Length || shape.Length > MaxDimensions
            || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw new InvalidDataException(
                $"a tensor of shape {ShapeText.Of(shape)}, strides {ShapeText.Of(strides)}, offset {offset}.");
        }

        Storage = storage;
        Offset = offset;
        Shape = shape;
        Strides = strides;
        BigInteger elements = shape.Aggregate(BigInteger.One, (product, size) => product * size);
        BigInteger span = elements.IsZero
            ? 0
            : shape.Zip(strides, (size, stride) => (BigInteger)(size - 1) * stride)
                .Aggregate(BigInteger.One, (sum, reach) => sum + reach);
        if (span + offset > storage.Count || (elements > span && elements > MaxRepeatedElements))
        {
            throw new InvalidDataException(
                $"a tensor of shape {ShapeText.Of(shape)}, strides {ShapeText.Of(strides)}, offset {offset} "
                + $"does not fit its storage of {storage.Count} elements.");
        }

        Span = (long)span;
        IsRepeated = elements > span;
    }

    /// <summary>Where the values are.</summary>
    public PickledStorage Storage { get; }

    /// <summary>Index of the first element in the storage.</summary>
    public long Offset { get; }

    /// <summary>Sizes of the dimensions.</summary>
    public long[] Shape { get; }

    /// <summary>Distance between neighbours of each dimension, elements.</summary>
    public long[] Strides { get; }

    /// <summary>Elements of the storage from the first to the last that the tensor uses.</summary>
    public long Span { get; }

    /// <summary>Whether stored elements appear more than once (stride 0: the tensor was expanded).</summary>
    public bool IsRepeated { get; }

    /// <summary>Reads the values, and only them, into a new tensor.</summary>
    /// <param name="open">Opens the storage at a byte offset.</param>
    /// <returns>On the CPU, in the stored type; contiguous unless <see cref="IsRepeated"/>.</returns>
    public Tensor Read(Func<PickledStorage, long, Stream> open)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = empty([Span], Storage.Type, device: CPU);
        if (Span > 0)
        {
            using Stream stream = open(Storage, (Storage.Start + Offset) * Storage.Type.ElementSize());
            TensorBytes.Fill(stream, flat);
        }

        Tensor view = Span > 0 ? flat.as_strided(Shape, Strides, 0) : flat.reshape(Shape);
        return (IsRepeated ? view : view.contiguous()).MoveToOuterDisposeScope();
    }
}
