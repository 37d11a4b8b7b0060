using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Loading;

/// <summary>Loads pictures as batches of tensors, as <see cref="PixelLoader"/> loads their pixels.</summary>
/// <example>
/// <code>
/// var plan = new LoadPlan { Order = EpochOrder.Shuffled(items.Count, seed, epoch), BatchSize = 8, DropLast = true };
/// foreach (Batch batch in loader.Load(plan, cancellation))
/// {
///     using (batch) { … }
/// }
/// </code>
/// </example>
internal sealed class PictureLoader
{
    private readonly IReadOnlyList<PictureItem> _items;
    private readonly PixelLoader _pixels;
    private readonly bool _isLabelled;
    private readonly bool _pinMemory;

    /// <summary>Prepares to load for one model; opens no file.</summary>
    /// <param name="items">The pictures. Plans name them by their place in this list.</param>
    /// <param name="preprocessing">What the model wants its pictures to be.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">As the other form.</exception>
    public PictureLoader(
        IReadOnlyList<PictureItem> items, Preprocessing preprocessing, PictureLoaderOptions? options = null)
        : this(items, [preprocessing], options)
    {
    }

    /// <summary>
    /// Prepares to load for several models: each picture is decoded once, and every model sees the same view of it.
    /// </summary>
    /// <param name="items">The pictures. Plans name them by their place in this list.</param>
    /// <param name="preparations">
    /// What the models want their pictures to be, the main one first. Equal ones are prepared once.
    /// </param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no preparation.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size, a limit or a number of workers is not positive, or a number of batches to prefetch is negative.
    /// </exception>
    public PictureLoader(
        IReadOnlyList<PictureItem> items,
        IReadOnlyList<Preprocessing> preparations,
        PictureLoaderOptions? options = null)
    {
        _items = items;
        _pinMemory = options is { PinMemory: true } && cuda.is_available();
        _pixels = new PixelLoader(
            items, preparations, options, (rows, size) => new TensorRows(rows, size, _pinMemory));
        _isLabelled = items.All(item => item.Label is not null);
    }

    /// <inheritdoc cref="PixelLoader.Skipped"/>
    public SkippedPictures Skipped => _pixels.Skipped;

    /// <inheritdoc cref="PixelLoader.Load"/>
    public IEnumerable<Batch> Load(LoadPlan plan, CancellationToken cancellation = default) =>
        _pixels.Load(plan, cancellation).Select(loaded => ToBatch(loaded, plan));

    private Batch ToBatch(LoadedPixels loaded, LoadPlan plan)
    {
        using (loaded)
        {
            Tensor[] pixels = [.. loaded.Pixels.Select(rows => ((TensorRows)rows).Take(loaded.Rows))];
            return new Batch(loaded.Preparations, pixels, LabelsOf(loaded.Items), loaded.Items)
            {
                Number = loaded.Number,
                View = plan.Views is null ? null : plan.View,
                Epoch = plan.Epoch,
            };
        }
    }

    private Tensor? LabelsOf(IReadOnlyList<int> items)
    {
        if (!_isLabelled)
        {
            return null;
        }

        Tensor labels = tensor(items.Select(item => (long)_items[item].Label!.Value).ToArray());
        if (!_pinMemory)
        {
            return labels.DetachFromDisposeScope();
        }

        using Tensor pageable = labels;
        return pageable.pin_memory().DetachFromDisposeScope();
    }
}
