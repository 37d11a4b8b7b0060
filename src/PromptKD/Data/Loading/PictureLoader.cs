using System.Runtime.ExceptionServices;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Loading;

/// <summary>
/// Loads pictures as batches: decoded by several threads, in the order asked for, a few batches ahead. The numbers
/// depend on neither the number of threads nor on where an epoch is resumed.
/// </summary>
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
    private const int ReasonsShown = 3;

    private readonly IReadOnlyList<PictureItem> _items;
    private readonly Preprocessing[] _preparations;
    private readonly int[] _sizes;
    private readonly PictureLoaderOptions _options;
    private readonly PictureReader _reader;
    private readonly bool _isLabelled;
    private readonly bool _pinMemory;

    /// <summary>Prepares to load for one model; opens no file.</summary>
    /// <param name="items">The pictures. Plans name them by their place in this list.</param>
    /// <param name="preprocessing">What the model wants its pictures to be.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size, a limit or a number of workers is not positive, or a number of batches to prefetch is negative.
    /// </exception>
    public PictureLoader(
        IReadOnlyList<PictureItem> items,
        Preprocessing preprocessing,
        PictureLoaderOptions? options = null)
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
        _preparations = [.. preparations.Distinct()];
        _sizes = [.. _preparations.Select(preparation => preparation.Size)];
        _options = options ?? new PictureLoaderOptions();
        if (_sizes.Length == 0)
        {
            throw new ArgumentException("Pictures must be prepared for at least one model.", nameof(preparations));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_sizes.Min(), nameof(preparations));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.MaxPixels);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Prefetch);
        _isLabelled = items.All(item => item.Label is not null);
        _pinMemory = _options.PinMemory && cuda.is_available();
        _reader = new PictureReader(_preparations)
        {
            MaxPixels = _options.MaxPixels,
            ReducedJpegScale = _options.ReducedJpegScale,
        };
    }

    /// <summary>
    /// The pictures that could not be read so far, by whatever plan. Batches are smaller by them.
    /// </summary>
    public SkippedPictures Skipped { get; } = new();

    /// <summary>
    /// Loads the batches of a plan, one after the other. Reading ahead begins with the first one asked for; leaving
    /// the loop early stops it. One loop at a time.
    /// </summary>
    /// <param name="plan">Which pictures, in which order.</param>
    /// <param name="cancellation">Ends the wait for the next batch.</param>
    /// <returns>Batches, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">A number of the plan is out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    /// <exception cref="PromptKDException">
    /// A picture cannot be read and <see cref="PictureLoaderOptions.Strict"/> is set, one is no longer what was hashed,
    /// or not one picture of the plan could be read.
    /// </exception>
    public IEnumerable<Batch> Load(LoadPlan plan, CancellationToken cancellation = default)
    {
        Check(plan);
        return LoadBatches(plan, cancellation);
    }

    private void Check(LoadPlan plan)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plan.BatchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(plan.FirstBatch);
        ArgumentOutOfRangeException.ThrowIfNegative(plan.View);
        int size = _sizes.Max();
        if ((Int128)plan.BatchSize * 3 * size * size * sizeof(float) > int.MaxValue)
        {
            throw new ArgumentException(
                $"A batch of {plan.BatchSize} pictures of {size} pixels is larger than 2 GiB.", nameof(plan));
        }

        foreach (int item in plan.Order)
        {
            if (item < 0 || item >= _items.Count)
            {
                throw new ArgumentException(
                    $"The order names picture {item}, outside 0–{_items.Count - 1}.", nameof(plan));
            }
        }
    }

    private IEnumerable<Batch> LoadBatches(LoadPlan plan, CancellationToken cancellation)
    {
        var pending = new Queue<PendingBatch>();
        var workers = new DecodingWorkers(_options.Workers);
        try
        {
            int next = plan.FirstBatch;
            bool any = plan.FirstBatch > 0 || plan.BatchCount == 0;
            List<SkippedPicture> failed = [];
            while (true)
            {
                for (; next < plan.BatchCount && pending.Count <= _options.Prefetch; next++)
                {
                    pending.Enqueue(Begin(plan, next, workers));
                }

                if (!pending.TryPeek(out PendingBatch? first))
                {
                    break;
                }

                first.Wait(cancellation);
                Batch? batch = Finish(pending.Dequeue(), plan, failed);
                if (batch is not null)
                {
                    any = true;
                    yield return batch;
                }
            }

            if (!any)
            {
                throw NoneRead(plan.Order.Count, failed);
            }
        }
        finally
        {
            workers.Dispose();
            foreach (PendingBatch batch in pending)
            {
                batch.Dispose();
            }
        }
    }

    private static PromptKDException NoneRead(int given, List<SkippedPicture> tried) => new(
        $"None of {tried.Count} pictures could be read"
        + (given > tried.Count ? $" (of {given}, {given - tried.Count} make no whole batch)" : "")
        + $": {SkippedPictures.Describe(tried.Take(ReasonsShown))}.");

    private PendingBatch Begin(LoadPlan plan, int number, DecodingWorkers workers)
    {
        int start = number * plan.BatchSize;
        int[] items = new int[Math.Min(plan.BatchSize, plan.Order.Count - start)];
        for (int row = 0; row < items.Length; row++)
        {
            items[row] = plan.Order[start + row];
        }

        var batch = new PendingBatch(number, items, _sizes, _pinMemory);
        for (int row = 0; row < items.Length; row++)
        {
            int place = row;
            workers.Add(() => batch.Fill(place, target => Read(plan, items[place], target)));
        }

        return batch;
    }

    // Looked at behind the reading: what was read is then what was hashed, or else nothing is made of it.
    private void Read(LoadPlan plan, int item, Func<int, Span<float>> target)
    {
        try
        {
            _reader.Read(
                _items[item].Bytes,
                plan.Views is { } views ? (width, height) => views.Draw(item, plan.View, width, height) : null,
                target);
        }
        catch (Exception error) when (
            SkippedPicture.ReasonOf(error) is not null && _items[item].FindChange() is { } change)
        {
            throw change;
        }

        if (_items[item].FindChange() is { } other)
        {
            throw other;
        }
    }

    /// <summary>A finished batch without the pictures that could not be read; null if nothing is left.</summary>
    private Batch? Finish(PendingBatch pending, LoadPlan plan, List<SkippedPicture> failed)
    {
        using (pending)
        {
            foreach ((int row, Exception error) in pending.Failures)
            {
                failed.Add(Skip(_items[pending.Items[row]].Path, error));
            }

            if (pending.Failures.Count() == pending.Items.Length)
            {
                return null;
            }

            IReadOnlyList<Tensor> pixels = pending.Take(out IReadOnlyList<int> items);
            return new Batch(_preparations, pixels, LabelsOf(items), items)
            {
                Number = pending.Number,
                View = plan.Views is null ? null : plan.View,
            };
        }
    }

    private SkippedPicture Skip(string path, Exception error)
    {
        if (SkippedPicture.ReasonOf(error) is not { Length: > 0 } reason)
        {
            ExceptionDispatchInfo.Throw(error);
            throw error;
        }

        if (_options.Strict)
        {
            throw new PromptKDException($"{path}: {reason}. Repair or remove the file.", error);
        }

        var skipped = new SkippedPicture(path, reason);
        Skipped.Add(skipped);
        return skipped;
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
