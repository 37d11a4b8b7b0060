using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace PromptKD.Inference;

/// <summary>
/// What all classifiers do alike: read the pictures of many callers, compute them one by one, in batches or gathered,
/// and end in order.
/// </summary>
internal sealed class SharedClassifier : IDisposable
{
    private readonly IPictureModel _model;
    private readonly ClassifierOptions _options;
    private readonly InputReader _reader;
    private readonly GatheredCalls? _gathered;
    private readonly SharedUse _shared;

    /// <param name="owner">Who is told to be disposed, in exceptions.</param>
    /// <param name="model">Taken over.</param>
    /// <param name="options">Limits, batches, gathering.</param>
    public SharedClassifier(Type owner, IPictureModel model, ClassifierOptions options)
    {
        _model = model;
        _options = options;
        _reader = new InputReader(model.Takes, options);
        _gathered = options.GatherFor > TimeSpan.Zero ? new GatheredCalls(model, options) : null;
        _shared = new SharedUse(owner, () =>
        {
            _gathered?.Dispose();
            model.Dispose();
        });
    }

    /// <summary>What computes; stays during <see cref="Enter"/>.</summary>
    public IPictureModel Model => _model;

    /// <summary>How pictures become what the model takes.</summary>
    public InputReader Reader => _reader;

    /// <summary>Begins a call of another kind, during which the model stays.</summary>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public SharedUse.Use Enter() => _shared.Enter();

    /// <summary>Answers one picture.</summary>
    /// <exception cref="PromptKDException">As <see cref="InputReader.Read"/>.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PictureOutput Of(PictureInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        using SharedUse.Use use = _shared.Enter();
        if (_gathered is not null)
        {
            return _gathered.Ask(() => Read(input, cancellation), cancellation).GetAwaiter().GetResult();
        }

        using PreparedPicture picture = Read(input, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return _model.Compute([picture])[0];
    }

    /// <summary>
    /// As <see cref="Of"/>; streams are read without holding a thread, the rest is done by the thread pool.
    /// </summary>
    public async Task<PictureOutput> OfAsync(PictureInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        using SharedUse.Use use = _shared.Enter();
        PictureInput loaded = await _reader.LoadAsync(input, cancellation).ConfigureAwait(false);
        PreparedPicture ReadLoaded() => Read(loaded, cancellation);
        if (_gathered is not null)
        {
            return await Task.Run(() => _gathered.Ask(ReadLoaded, cancellation), cancellation).ConfigureAwait(false);
        }

        using PreparedPicture picture = await Task.Run(ReadLoaded, cancellation).ConfigureAwait(false);
        return (await Task.Run(() => _model.Compute([picture]), cancellation).ConfigureAwait(false))[0];
    }

    /// <summary>Answers pictures in batches, in order.</summary>
    /// <exception cref="PromptKDException">
    /// As <see cref="InputReader.Read"/>, of the first that cannot be read.
    /// </exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PictureOutput[] OfAll(IReadOnlyList<PictureInput> inputs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using SharedUse.Use use = _shared.Enter();
        var outputs = new List<PictureOutput>(inputs.Count);
        foreach (PictureInput[] some in inputs.Chunk(_options.BatchSize))
        {
            foreach (PictureReading one in Compute(ReadSome(some, cancellation), cancellation))
            {
                outputs.Add(one.Output ?? throw new PromptKDException(
                    $"Picture {outputs.Count} of the list, counted from 0: {one.Error!.Message}", one.Error)
                {
                    Code = one.Error.Code,
                });
            }
        }

        return [.. outputs];
    }

    /// <summary>
    /// Answers pictures as they come, in order. As many are computed at once as are there, up to a batch; the next ones
    /// are read meanwhile. One that cannot be read has an error in place of its output.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<PictureReading> OfEach(
        IAsyncEnumerable<PictureInput> inputs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using SharedUse.Use use = _shared.Enter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using IAsyncEnumerator<PictureInput> source = inputs.GetAsyncEnumerator(stop.Token);
        List<Task<PictureReading>> reading = [];
        Task<bool> next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                bool isWaiting = !next.IsCompleted && reading.Count > 0;
                bool hasMore = !isWaiting && await next.ConfigureAwait(false);
                if (hasMore)
                {
                    reading.Add(await BeginRead(source.Current, cancellation).ConfigureAwait(false));
                    next = source.MoveNextAsync().AsTask();
                }

                if (reading.Count == 0)
                {
                    yield break;
                }

                if (reading.Count >= _options.BatchSize || !hasMore)
                {
                    PictureReading[] batch = await Task.WhenAll(reading).ConfigureAwait(false);
                    reading.Clear();
                    await Task.Run(() => Compute(batch, cancellation), cancellation).ConfigureAwait(false);
                    foreach (PictureReading one in batch)
                    {
                        yield return one;
                    }
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndReading(next, reading).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses further calls; frees the model behind the last one that is under way.</summary>
    public void Dispose() => _shared.Dispose();

    private PreparedPicture Read(PictureInput input, CancellationToken cancellation)
    {
        var picture = new PreparedPicture(_reader.Values);
        try
        {
            _reader.Read(input, picture.Pixels, cancellation);
            return picture;
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    private PictureReading[] ReadSome(PictureInput[] inputs, CancellationToken cancellation)
    {
        var read = new PictureReading[inputs.Length];
        try
        {
            var threads = new ParallelOptions { CancellationToken = cancellation };
            Parallel.For(0, inputs.Length, threads, place => read[place] = TryRead(inputs[place], cancellation));
            return read;
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
            throw;
        }
    }

    private PictureReading TryRead(PictureInput input, CancellationToken cancellation)
    {
        try
        {
            return new PictureReading { Picture = Read(input, cancellation) };
        }
        catch (PromptKDException error)
        {
            return new PictureReading { Error = error };
        }
    }

    // A stream is read before the next picture is asked for: its source may close it then.
    private async Task<Task<PictureReading>> BeginRead(PictureInput input, CancellationToken cancellation)
    {
        try
        {
            PictureInput loaded = await _reader.LoadAsync(input, cancellation).ConfigureAwait(false);
            return Task.Run(() => TryRead(loaded, cancellation), cancellation);
        }
        catch (PromptKDException error)
        {
            return Task.FromResult(new PictureReading { Error = error });
        }
    }

    private PictureReading[] Compute(PictureReading[] batch, CancellationToken cancellation)
    {
        try
        {
            PictureReading[] whole = [.. batch.Where(one => one.Picture is not null)];
            cancellation.ThrowIfCancellationRequested();
            PictureOutput[] outputs = whole.Length > 0 ? _model.Compute([.. whole.Select(one => one.Picture!)]) : [];
            foreach ((PictureReading one, PictureOutput output) in whole.Zip(outputs))
            {
                one.Output = output;
            }

            return batch;
        }
        finally
        {
            foreach (PictureReading one in batch)
            {
                one.Picture?.Dispose();
            }
        }
    }

    // Who leaves early leaves neither a picture unreturned nor an exception unseen.
    private static async Task EndReading(Task<bool> next, List<Task<PictureReading>> reading)
    {
        foreach (Task task in (Task[])[next, .. reading])
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (Task<PictureReading> task in reading.Where(task => task.IsCompletedSuccessfully))
        {
            task.Result.Picture?.Dispose();
        }
    }
}
