using System.Diagnostics;
using PromptKD.Data.Decoding;
using PromptKD.Inference;
using PromptKD.Server.Batching;
using PromptKD.Server.Operations;

namespace PromptKD.Server.Models;

/// <summary>
/// A loaded model, its places and its batches. It ends behind the last request that uses it: <see cref="Dispose"/>
/// frees nothing that is in use.
/// </summary>
internal sealed class ServedModel : IDisposable
{
    private readonly FolderClassifier _classifier;
    private readonly SharedUse _shared;
    private readonly BatchWorkers _workers;
    private readonly QueuePlaces _places;
    private readonly DecodeSlots _slots;
    private readonly ModelMeters _meters;

    /// <param name="source">Its name and place.</param>
    /// <param name="classifier">Taken over.</param>
    /// <param name="rules">How batches are made.</param>
    /// <param name="places">Shared with what is loaded in its stead later.</param>
    /// <param name="slots">Shared with all models.</param>
    /// <param name="meters">Of this name and version.</param>
    public ServedModel(
        ModelSource source,
        FolderClassifier classifier,
        BatchRules rules,
        QueuePlaces places,
        DecodeSlots slots,
        ModelMeters meters)
    {
        Source = source;
        _classifier = classifier;
        _places = places;
        _slots = slots;
        _meters = meters;
        _workers = new BatchWorkers(classifier.Model, rules, places, meters);
        _shared = new SharedUse(typeof(ServedModel), () =>
        {
            _workers.Dispose();
            classifier.Dispose();
        });
    }

    /// <summary>Name, version and place.</summary>
    public ModelSource Source { get; }

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>In label order.</summary>
    public IReadOnlyList<string> ClassNames => _classifier.ClassNames;

    /// <summary>Numbers of a vector.</summary>
    public int EmbeddingSize => _classifier.EmbeddingSize;

    /// <summary>How it takes its pictures.</summary>
    public Preprocessing Preprocessing => _classifier.Preprocessing;

    /// <summary>The package's or file's own words; for its card.</summary>
    public FolderClassifier Classifier => _classifier;

    /// <summary>Numbers of a picture as the model sees it.</summary>
    public int Values => _classifier.Reader.Values;

    /// <summary>Pictures that wait for their batch.</summary>
    public int Waiting => _workers.Waiting;

    /// <summary>Begins a request, during which it stays; null where it has been replaced just now.</summary>
    public SharedUse.Use? TryEnter()
    {
        try
        {
            return _shared.Enter();
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Takes places for a request's pictures.</summary>
    /// <exception cref="QueueFullException">There are not that many free.</exception>
    public Places TakePlaces(int count)
    {
        _places.Take(count);
        return new Places(_places, count);
    }

    /// <summary>Reads a picture and answers it.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="isOnlyOne">Whether the request has no other, which would be decoded beside it.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <exception cref="PromptKDException">It cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public async Task<PictureOutput> Answer(PictureInput input, bool isOnlyOne, CancellationToken cancellation)
    {
        PreparedPicture picture =
            await _slots.Run(() => Read(input, cancellation), isOnlyOne, cancellation).ConfigureAwait(false);
        return await Answer(picture, cancellation).ConfigureAwait(false);
    }

    /// <summary>Answers a picture that is prepared.</summary>
    /// <param name="picture">Taken over.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    public async Task<PictureOutput> Answer(PreparedPicture picture, CancellationToken cancellation)
    {
        PictureOutput output = await _workers.Ask(picture, cancellation).ConfigureAwait(false);
        _meters.OnAnswered(ClassNames, output.Probabilities);
        return output;
    }

    /// <summary>The most probable classes.</summary>
    public IReadOnlyList<ClassProbability> Best(PictureOutput output, int top) =>
        _classifier.Best(output.Probabilities, top);

    /// <summary>Computes nothing of use, so that the first request does not pay for what is done once.</summary>
    public void WarmUp(int batch)
    {
        foreach (int count in new[] { 1, batch })
        {
            PreparedPicture[] grey = [.. Enumerable.Range(0, count).Select(_ => new PreparedPicture(Values))];
            Array.ForEach(grey, one => one.Pixels.Clear());
            _classifier.Model.Compute(grey);
            Array.ForEach(grey, one => one.Dispose());
        }
    }

    /// <summary>Ends it behind the last request that uses it.</summary>
    public void Dispose() => _shared.Dispose();

    private PreparedPicture Read(PictureInput input, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        var picture = new PreparedPicture(Values);
        try
        {
            _classifier.Reader.Read(input, picture.Pixels, cancellation);
            _meters.OnDecoded(Stopwatch.GetElapsedTime(begun));
            return picture;
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    /// <summary>Places that are given back.</summary>
    internal readonly struct Places(QueuePlaces places, int count) : IDisposable
    {
        /// <summary>Gives them back.</summary>
        public void Dispose() => places.Return(count);
    }
}
