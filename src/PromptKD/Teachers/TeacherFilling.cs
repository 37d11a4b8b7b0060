using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Teachers;

/// <summary>Fills the store of a run's teacher, and along with it a student's, of the same pixels.</summary>
internal static class TeacherFilling
{
    /// <summary>Makes what is missing of this process's part.</summary>
    /// <param name="config">How pictures are loaded.</param>
    /// <param name="context">Who watches, when it stops, whose part it is.</param>
    /// <param name="pictures">What is stored of.</param>
    /// <param name="store">The teacher's.</param>
    /// <param name="tower">The teacher's. Not taken over.</param>
    /// <param name="preparation">How it wants its pictures.</param>
    /// <param name="beside">Opens the student's store; null for none.</param>
    /// <exception cref="PromptKDException">As for <see cref="StoreFiller.Run"/>.</exception>
    public static void Run(
        ExperimentConfig config,
        RunContext context,
        PictureSet pictures,
        TeacherStore store,
        LiveFeatures tower,
        Preprocessing preparation,
        Func<StoreBeside>? beside)
    {
        IReadOnlyList<int> shards =
            store.ShardsToMake(StorePart.Of(context.Processes.Share()), context.Digests, context.Stop);

        // Processes open it together, also one that has no shard to make.
        StoreBeside? other = shards.Count > 0 || !context.Processes.IsAlone() ? beside?.Invoke() : null;
        int[] shared = [.. (other?.Shards ?? []).Intersect(shards)];
        other = shared.Length > 0 ? other : null;
        context.Observer.OnPhase(
            $"Storing the teacher's features in {store.Folder}: {Counted.Of(shards.Count, "shard")} to make, "
            + $"{Counted.Of(store.Index.ViewCount, "view")}"
            + (other is null ? "" : $"; the student's of the same pixels in {other.Store.Folder}"));
        using IImageFeatures? student = other?.ReadTower();
        StoreToMake own = new(store, shards, tower);
        StoreFiller.Run(
            config,
            context,
            pictures,
            other is null ? [own] : [own, new StoreToMake(other.Store, shared, student!)],
            [preparation, .. other is null ? (Preprocessing[])[] : [other.Preparation]],
            Meter(context, store, tower, other?.Store));
    }

    private static PaceMeter Meter(
        RunContext context, TeacherStore store, LiveFeatures tower, TeacherStore? other) => new(
        other is null ? 1 : 2,
        (loading, towers) => context.Paced?.Invoke(new ViewPace(
            loading,
            new TowerPace(towers[0], store.Index.EmbeddingSize) { Bytes = tower.Bytes },
            other is null ? null : new TowerPace(towers[1], other.Index.EmbeddingSize))),
        TimeProvider.System);
}
