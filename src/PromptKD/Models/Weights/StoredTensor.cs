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

    /// <exception cref="InvalidDataException">
    /// The view reaches outside of its storage, or is larger than any.
    /// </exception>
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
        BigInteger elements = TensorSize.CountElements(shape, storage.Type);
        BigInteger span = elements.IsZero
            ? 0
            : shape.Zip(strides, (size, stride) => (BigInteger)(size - 1) * stride)
                .Aggregate(BigInteger.One, (sum, reach) => sum + reach);
        if (span + offset > storage.Count)
        {
            throw new InvalidDataException(
                $"a tensor of shape {ShapeText.Of(shape)}, strides {ShapeText.Of(strides)}, offset {offset} "
                + $"does not fit its storage of {storage.Count} elements.");
        }

        Elements = (long)elements;
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

    /// <summary>Elements of the tensor.</summary>
    public long Elements { get; }

    /// <summary>Elements of the storage from the first to the last that the tensor uses.</summary>
    public long Span { get; }

    /// <summary>Whether stored elements appear more than once (stride 0: the tensor was expanded).</summary>
    public bool IsRepeated { get; }

    /// <summary>Reads the values, and only them, into a new tensor.</summary>
    /// <param name="budget">Pays for it.</param>
    /// <param name="isSkipped">Whether what lies before the values has to be read, too.</param>
    /// <param name="open">Opens the storage at a byte offset.</param>
    /// <returns>On the CPU, in the stored type; contiguous unless <see cref="IsRepeated"/>.</returns>
    /// <exception cref="InvalidDataException">The budget does not suffice.</exception>
    public Tensor Read(ReadingBudget budget, bool isSkipped, Func<PickledStorage, long, Stream> open)
    {
        long size = Storage.Type.ElementSize();
        long before = isSkipped ? Storage.Start + Offset : 0;
        budget.Spend(size * Math.Max(Elements, Span), size * (before + Span));
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = empty([Span], Storage.Type, device: CPU);
        if (Span > 0)
        {
            using Stream stream = open(Storage, (Storage.Start + Offset) * size);
            TensorBytes.Fill(stream, flat);
        }

        Tensor view = Span > 0 ? flat.as_strided(Shape, Strides, 0) : flat.reshape(Shape);
        return (IsRepeated ? view : view.contiguous()).MoveToOuterDisposeScope();
    }
}
