using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Inference.Embeddings;

/// <summary>
/// Image features to look at: those of a student, its teacher and any other CLIP of the same pictures, as tables for
/// other programs and as maps for people.
/// </summary>
public static class EmbeddingRun
{
    private const int BatchSize = 32;

    /// <summary>Embeds the middle of each picture, decoded once for all models, and writes what is asked for.</summary>
    /// <param name="request">Which pictures, models and files.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">
    /// Stops between batches, and between steps of a map: nothing is written then.
    /// </param>
    /// <exception cref="PromptKDException">
    /// The request contradicts itself; pictures or a model cannot be read; there are too few pictures for a map; or the
    /// output folder is taken, or cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EmbeddingSummary Of(
        EmbeddingRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        IRunObserver watcher = observer ?? IRunObserver.Nobody;
        WholeFolder.RefuseTaken(request.Output);
        EmbeddingMaps.Check(request);
        var pictures = EmbeddedPictures.Of(request, watcher, cancellationToken);
        EmbeddingMaps.CheckCount(request, pictures.Items.Count);
        using ProcessSettings kept = ProcessSettings.Keep();
        ComputeTarget target = ComputeTarget.Resolve(
                request.Device, request.DeviceIndex, request.Precision, watcher.OnWarning)
            .WithProvider(request.OnnxProvider);
        IReadOnlyList<EmbeddedModel> models = EmbeddedModel.Open(request, target, watcher, cancellationToken);
        try
        {
            watcher.OnPhase($"Embedding {Counted.Of(pictures.Items.Count, "picture")}");
            (List<PictureItem> read, List<float[]>[] rows) =
                Embed(pictures.Items, models, target, watcher, cancellationToken);
            EmbeddingMaps.CheckCount(request, read.Count);
            IReadOnlyList<Embedding> embeddings =
                [.. models.Zip(rows, (model, ofModel) => new Embedding(model.Name, model.Title, ofModel))];
            EmbeddingMaps? maps = request.DrawsMaps
                ? EmbeddingMaps.Of(request, pictures, read, embeddings, watcher, cancellationToken)
                : null;
            List<string> files = [];
            WholeFolder.Create(
                request.Output, folder => files.AddRange(EmbeddingFiles.Write(folder, read, embeddings, maps)));
            return new EmbeddingSummary(
                read.Count,
                read.Select(item => item.Label).OfType<int>().Distinct().Count(),
                [.. embeddings.Select(one => KeyValuePair.Create(one.Name, one.Width))],
                files);
        }
        finally
        {
            foreach (EmbeddedModel model in models)
            {
                model.Dispose();
            }
        }
    }

    private static (List<PictureItem> Read, List<float[]>[] Rows) Embed(
        IReadOnlyList<PictureItem> items,
        IReadOnlyList<EmbeddedModel> models,
        ComputeTarget target,
        IRunObserver observer,
        CancellationToken cancellationToken)
    {
        var loader = new PictureLoader(items, [.. models.Select(model => model.Preparation)]);
        var plan = new LoadPlan { Order = EpochOrder.Sequential(items.Count), BatchSize = BatchSize };
        List<PictureItem> read = [];
        List<float[]>[] rows = [.. models.Select(_ => new List<float[]>(items.Count))];
        using IDisposable noGradients = no_grad();
        foreach (Batch batch in loader.Load(plan, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using (batch)
            {
                batch.MoveTo(target.Device, target.Type);
                foreach ((EmbeddedModel model, List<float[]> ofModel) in models.Zip(rows))
                {
                    Tensor features = model.Features(batch).to(ScalarType.Float32, CPU).contiguous();
                    ofModel.AddRange(features.data<float>().ToArray().Chunk((int)features.shape[1]));
                }

                read.AddRange(batch.Items.Select(item => items[item]));
                observer.OnClassified(read.Count + loader.Skipped.Count, items.Count);
            }
        }

        loader.Skipped.Report(observer);
        return (read, rows);
    }
}

/// <summary>What one model gave.</summary>
/// <param name="Name">As <see cref="EmbeddedModel.Name"/>.</param>
/// <param name="Title">As <see cref="EmbeddedModel.Title"/>.</param>
/// <param name="Rows">A row a picture, of length 1.</param>
internal sealed record Embedding(string Name, string Title, IReadOnlyList<float[]> Rows)
{
    /// <summary>Numbers of a row.</summary>
    public int Width => Rows[0].Length;
}
