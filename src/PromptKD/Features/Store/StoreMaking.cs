using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// Makes shards of stores. Pictures are loaded once for all stores that lack a shard, and every one's tower looks at
/// them.
/// </summary>
/// <param name="loader">Loads the pictures of the stores, prepared for every tower.</param>
/// <param name="stores">One or more, of the same pictures, views, shards and batches.</param>
internal sealed class StoreMaking(PictureLoader loader, IReadOnlyList<StoreToMake> stores)
{
    /// <summary>
    /// Leaves out of some pictures those that are known to be unreadable, whose features stay zero; nobody else.
    /// </summary>
    public Func<IReadOnlyList<int>, IReadOnlyList<int>> Readable { get; init; } = pictures => pictures;

    /// <summary>Told after each batch: pictures × views since the start, and in all that are to be made.</summary>
    public Action<long, long>? Done { get; init; }

    /// <summary>
    /// Measures the towers, in their order; null for nobody. Batches that not all look at are not counted.
    /// </summary>
    public PaceMeter? Meter { get; init; }

    /// <summary>Is told the digest of each shard that is written; knows it from then on.</summary>
    public DigestMemory? Memory { get; init; }

    private StoreIndex Common => stores[0].Store.Index;

    /// <summary>Makes what is missing, shard by shard in the order of their numbers.</summary>
    /// <param name="cancellation">Stops between batches; finished shards stay.</param>
    /// <exception cref="PromptKDException">
    /// A shard cannot be written, or no picture of it can be read that should be.
    /// </exception>
    public void Run(CancellationToken cancellation)
    {
        int[] shards = [.. stores.SelectMany(one => one.Shards).Distinct().Order()];
        long total = shards.Sum(shard => (long)Readable(Common.PicturesOf(shard)).Count * Common.ViewCount);
        long made = 0;
        foreach (int shard in shards)
        {
            using DisposeScope scope = NewDisposeScope();
            ShardToMake[] making =
                [.. stores.Where(one => one.Shards.Contains(shard)).Select(one => new ShardToMake(one, shard))];
            Compute(
                making,
                Readable(Common.PicturesOf(shard)),
                count => Done?.Invoke(made += count, total),
                cancellation);
            foreach (ShardToMake one in making)
            {
                one.Write(Memory);
            }
        }

        Meter?.End();
    }

    private void Compute(
        ShardToMake[] making, IReadOnlyList<int> order, Action<int> done, CancellationToken cancellation)
    {
        PaceMeter? meter = making.Length == stores.Count ? Meter : null;
        for (int view = 0; view < Common.ViewCount; view++)
        {
            var plan = new LoadPlan
            {
                Order = order,
                BatchSize = Common.BatchSize,
                Views = Common.Views,
                View = view,
            };
            foreach (Batch batch in loader.Load(plan, cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                using (batch)
                {
                    meter?.Loaded();
                    foreach ((int place, ShardToMake one) in making.Index())
                    {
                        one.Place(batch, view);
                        meter?.Looked(place);
                    }

                    meter?.Done(batch.Items.Count);
                    done(batch.Items.Count);
                }
            }
        }
    }

    /// <summary>A shard in the making.</summary>
    private sealed class ShardToMake(StoreToMake made, int shard)
    {
        private readonly int _first = shard * made.Store.Index.PicturesPerShard;

        // float16, [pictures, views, embedding]; zero where nothing was placed yet.
        private readonly Tensor _features = zeros(
            [made.Store.Index.PicturesOf(shard).Count, made.Store.Index.ViewCount, made.Store.Index.EmbeddingSize],
            ScalarType.Float16);

        public void Place(Batch batch, int view)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = tensor(batch.Items.Select(item => (long)(item - _first)).ToArray());
            _features.select(1, view).index_copy_(0, rows, made.Tower.Of(batch).to(ScalarType.Float16, CPU));
        }

        public void Write(DigestMemory? memory) =>
            StoreShard.Write(made.Store.Folder, shard, _features, made.Store.Index.Digest, memory);
    }
}

/// <summary>A store of which shards are made.</summary>
/// <param name="Store">The store.</param>
/// <param name="Shards">Those to make.</param>
/// <param name="Tower">Whose features; stays its owner's.</param>
internal sealed record StoreToMake(TeacherStore Store, IReadOnlyList<int> Shards, IImageFeatures Tower);
