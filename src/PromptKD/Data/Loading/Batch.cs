using PromptKD.Data.Decoding;

namespace PromptKD.Data.Loading;

/// <summary>
/// Some pictures, ready for one or several models. Owns its tensors: dispose it when the step is done.
/// </summary>
internal sealed class Batch : IDisposable
{
    private readonly IReadOnlyList<Preprocessing> _preparations;
    private readonly Tensor[] _pixels;

    /// <summary>Pictures of one preparation, which <see cref="Pixels"/> gives whatever it is asked for.</summary>
    /// <param name="images">[batch, 3, height, width], float32, normalised.</param>
    /// <param name="labels">[batch], int64; null where pictures have no label.</param>
    /// <param name="items">The place of each picture in the list that the loader was given.</param>
    public Batch(Tensor images, Tensor? labels, IReadOnlyList<int> items)
        : this([], [images], labels, items)
    {
    }

    /// <summary>The same pictures, prepared for several models.</summary>
    /// <param name="preparations">How they were prepared, each once, the main one first.</param>
    /// <param name="pixels">For each, [batch, 3, size, size], float32, normalised.</param>
    /// <param name="labels">[batch], int64; null where pictures have no label.</param>
    /// <param name="items">The place of each picture in the list that the loader was given.</param>
    public Batch(
        IReadOnlyList<Preprocessing> preparations,
        IReadOnlyList<Tensor> pixels,
        Tensor? labels,
        IReadOnlyList<int> items)
    {
        _preparations = preparations;
        _pixels = [.. pixels];
        Labels = labels;
        Items = items;
    }

    /// <summary>
    /// Pixels of the main preparation, [batch, 3, height, width], normalised; float32 in main memory until
    /// <see cref="MoveTo"/>.
    /// </summary>
    public Tensor Images => _pixels[0];

    /// <summary>Class numbers, [batch], int64; null if any picture of the list has no label.</summary>
    public Tensor? Labels { get; private set; }

    /// <summary>The place of each picture in the list that the loader was given.</summary>
    public IReadOnlyList<int> Items { get; }

    /// <summary>
    /// Place of this batch in its epoch, from 0. A batch of which no picture could be read is left out.
    /// </summary>
    public int Number { get; init; }

    /// <summary>Number of the view of each picture, from 0; null for pictures without a view.</summary>
    public int? View { get; init; }

    /// <summary>Number of the epoch, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>The pictures as one model wants them. Equal preparations share a tensor.</summary>
    /// <param name="preparation">One of those that the loader was given.</param>
    /// <returns>[batch, 3, size, size], normalised; the batch owns it.</returns>
    /// <exception cref="InvalidOperationException">The loader was not given this preparation.</exception>
    public Tensor Pixels(Preprocessing preparation)
    {
        if (_preparations.Count == 0)
        {
            return Images;
        }

        for (int place = 0; place < _pixels.Length; place++)
        {
            if (_preparations[place] == preparation)
            {
                return _pixels[place];
            }
        }

        throw new InvalidOperationException(
            $"The batch holds no pixels prepared as {preparation}, but as {string.Join(", ", _preparations)}.");
    }

    /// <summary>
    /// Brings all pixels to a device and an element type, and the labels, as int64, to the device. A tensor that is
    /// there stays as it is; the others are replaced, and belong to the batch whatever scope is open.
    /// </summary>
    /// <param name="device">Where the models compute.</param>
    /// <param name="type">What the models take.</param>
    public void MoveTo(Device device, ScalarType type)
    {
        for (int place = 0; place < _pixels.Length; place++)
        {
            _pixels[place] = Move(_pixels[place], device, type);
        }

        Labels = Labels is null ? null : Move(Labels, device, ScalarType.Int64);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor pixels in _pixels)
        {
            pixels.Dispose();
        }

        Labels?.Dispose();
    }

    private static Tensor Move(Tensor values, Device device, ScalarType type)
    {
        if (values.dtype == type && IsOn(values, device))
        {
            return values;
        }

        // Page-locked memory is copied while the program goes on; torch keeps it until the copy is done.
        bool isPinned = device.type == DeviceType.CUDA && values.device_type == DeviceType.CPU && values.is_pinned();
        using (values)
        {
            return values.to(type, device, non_blocking: isPinned).DetachFromDisposeScope();
        }
    }

    // A device without an index is the current one of its kind; "to" copies nothing where that is the tensor's own.
    private static bool IsOn(Tensor values, Device device) =>
        values.device_type == device.type && (device.type == DeviceType.CPU || values.device_index == device.index);
}
