using System.Runtime.ExceptionServices;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Loading;

/// <summary>
/// Loads the pixels of pictures in batches: decoded by several threads, in the order asked for, a few batches ahead.
/// The numbers depend on neither the number of threads nor on where an epoch is resumed.
/// </summary>
/// <example>
/// <code>
/// var plan = new LoadPlan { Order = EpochOrder.Shuffled(items.Count, seed, epoch), BatchSize = 8, DropLast = true };
/// foreach (LoadedPixels batch in loader.Load(plan, cancellation))
/// {
///     using (batch) { … }
/// }
/// </code>
/// </example>
internal sealed class PixelLoader
{
    private const int ReasonsShown = 3;

    private readonly IReadOnlyList<PictureItem> _items;
    private readonly Preprocessing[] _preparations;
    private readonly int[] _sizes;
    private readonly PictureLoaderOptions _options;
    private readonly PictureReader _reader;
    private readonly Func<int, int, IPixelRows> _allocate;

    /// <summary>
    /// Prepares to load for one or several models; opens no file. Each picture is decoded once, and every model sees
    /// the same view of it.
    /// </summary>
    /// <param name="items">The pictures. Plans name them by their place in this list.</param>
    /// <param name="preparations">
    /// What the models want their pictures to be, the main one first. Equal ones are prepared once.
    /// </param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <param name="allocate">
    /// Makes room for some pictures (first number) of a size (second), for each preparation.
    /// </param>
    /// <exception cref="ArgumentException">There is no preparation.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size, a limit or a number of workers is not positive, or a number of batches to prefetch is negative.
    /// </exception>
    public PixelLoader(
        IReadOnlyList<PictureItem> items,
        IReadOnlyList<Preprocessing> preparations,
        PictureLoaderOptions? options,
        Func<int, int, IPixelRows> allocate)
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
        _allocate = allocate;
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
    /// or not one picture of the plan could be read, where that is this process's alone.
    /// </exception>
    public IEnumerable<LoadedPixels> Load(LoadPlan plan, CancellationToken cancellation = default)
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
        int largest = Math.Min(plan.BatchSize, plan.Order.Count);
        if ((Int128)largest * 3 * size * size * sizeof(float) > int.MaxValue)
        {
            throw new PromptKDException(
                $"A batch of {Counted.Of(largest, "picture")} of {size} × {size} pixels takes more than 2 GiB. Give a "
                + "smaller ‹batch-size› (DATALOADER.TRAIN_X.BATCH_SIZE; to measure: DATALOADER.TEST.BATCH_SIZE).");
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

    private IEnumerable<LoadedPixels> LoadBatches(LoadPlan plan, CancellationToken cancellation)
    {
        var pending = new Queue<PendingPixels>();
        var workers = new DecodingWorkers(_options.Workers);
        try
        {
            int next = plan.FirstBatch;
            bool any = plan.FirstBatch > 0 || plan.BatchCount == 0 || !plan.Rows.IsWhole || !plan.Batches.IsWhole;
            List<SkippedPicture> failed = [];
            while (true)
            {
                for (; next < plan.BatchCount && pending.Count <= _options.Prefetch; next++)
                {
                    if (plan.ItemsOf(next) is { Length: > 0 } items)
                    {
                        pending.Enqueue(Begin(plan, next, items, workers));
                    }
                }

                if (!pending.TryPeek(out PendingPixels? first))
                {
                    break;
                }

                first.Wait(cancellation);
                LoadedPixels? batch = Finish(pending.Dequeue(), failed);
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
            foreach (PendingPixels batch in pending)
            {
                batch.Dispose();
            }
        }
    }

    private static PromptKDException NoneRead(int given, List<SkippedPicture> tried) => new(
        SkippedPictures.NoneOf(tried.Count)
        + (given > tried.Count ? $" (of {given}, {given - tried.Count} make no whole batch)" : "")
        + $": {SkippedPictures.Describe(tried.Take(ReasonsShown))}.");

    private PendingPixels Begin(LoadPlan plan, int number, int[] items, DecodingWorkers workers)
    {
        var batch = new PendingPixels(number, items, [.. _sizes.Select(size => _allocate(items.Length, size))]);
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
    private LoadedPixels? Finish(PendingPixels pending, List<SkippedPicture> failed)
    {
        using (pending)
        {
            foreach ((int row, Exception error) in pending.Failures)
            {
                failed.Add(Skip(_items[pending.Items[row]].Path, error));
            }

            return pending.Failures.Count() == pending.Items.Length ? null : pending.Take(_preparations);
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
}
