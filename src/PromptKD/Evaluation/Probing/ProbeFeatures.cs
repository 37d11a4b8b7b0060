using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Evaluation.Probing;

/// <summary>Image features of labelled pictures, for a linear probe.</summary>
/// <param name="Values">Not normalised, float64, [pictures, embedding].</param>
/// <param name="Labels">int64, [pictures].</param>
/// <param name="Items">The pictures that could be read, in this order.</param>
internal sealed record ProbeFeatures(Tensor Values, Tensor Labels, IReadOnlyList<PictureItem> Items) : IDisposable
{
    private const int BatchSize = 32;

    /// <summary>Encodes the middle of each picture.</summary>
    /// <param name="encoder">The frozen image tower.</param>
    /// <param name="items">Labelled pictures.</param>
    /// <param name="preprocessing">How they are prepared.</param>
    /// <param name="lost">What does not happen with classes of which none can be read: "learned", "measured".</param>
    /// <param name="observer">Is told of pictures that cannot be read.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">No picture can be read.</exception>
    public static ProbeFeatures Encode(
        ImageEncoder encoder,
        IReadOnlyList<PictureItem> items,
        Preprocessing preprocessing,
        string lost,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var loader = new PictureLoader(items, preprocessing);
        var plan = new LoadPlan { Order = EpochOrder.Sequential(items.Count), BatchSize = BatchSize };
        List<Tensor> values = [], labels = [];
        List<PictureItem> read = [];
        foreach (Batch batch in loader.Load(plan, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            using (batch)
            {
                using Tensor features = encoder.forward(batch.Images, null);
                values.Add(features.to(ScalarType.Float64, CPU));
                labels.Add(batch.Labels!.clone());
                read.AddRange(batch.Items.Select(item => items[item]));
            }
        }

        loader.Skipped.Report(observer);
        EmptiedClasses.Warn(items, loader.Skipped, lost, observer);
        return new ProbeFeatures(cat(values).DetachFromDisposeScope(), cat(labels).DetachFromDisposeScope(), read);
    }

    /// <summary>The features of some of the pictures, in their order. The caller frees them.</summary>
    public ProbeFeatures Select(IReadOnlyList<PictureItem> items)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<PictureItem, long> places = [];
        foreach ((int place, PictureItem item) in Items.Index())
        {
            places.TryAdd(item, place); // A data set may list a picture twice.
        }

        Tensor rows = tensor(items.Select(item => places[item]).ToArray());
        return new ProbeFeatures(
            Values.index_select(0, rows).DetachFromDisposeScope(),
            Labels.index_select(0, rows).DetachFromDisposeScope(),
            items);
    }

    /// <summary>Fits a classifier to these features.</summary>
    public LogisticRegression Fit(int classes, double strength) =>
        LogisticRegression.Fit(Values, Labels, classes, strength);

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Labels.Dispose();
    }
}
