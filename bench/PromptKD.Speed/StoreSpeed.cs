using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Models.Clip;
using PromptKD.Runtime;
using RandomClip;

namespace PromptKD.Speed;

/// <summary>
/// Seconds a view of filling a teacher store, <c>store</c>: pictures decoded, features computed, shards written.
/// </summary>
internal static class StoreSpeed
{
    private const int Pictures = 4 * TrueSize.BatchSize;

    /// <summary>Draws pictures and makes a store of one view of each.</summary>
    public static void Measure(WorkFolder work, ComputeTarget target)
    {
        IReadOnlyList<string> paths = RandomPictures.Write(work.Pictures, Pictures, seed: 1);
        PictureItem[] items = [.. paths.Select(path => new PictureItem(path))];
        var preprocessing = new Preprocessing { Size = TrueSize.Teacher.ImageSize };
        var loader = new PictureLoader(items, preprocessing);
        using var teacher = new LiveFeatures(
            TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Teacher, target.Type, target.Device)),
            prompts: null);
        var store = TeacherStore.OpenOrBegin(work.Store, Index(preprocessing, target));
        var making = new StoreMaking(
            loader, [new StoreToMake(store, store.ShardsToMake(StorePart.Whole), teacher)]);
        double seconds = Timing.Seconds(() => making.Run(CancellationToken.None));
        work.Add("store", seconds / Pictures);
    }

    /// <summary>The index of a store of one view of a few random pictures, in two shards.</summary>
    public static StoreIndex Index(Preprocessing preprocessing, ComputeTarget target) => new()
    {
        Teacher = "random",
        TeacherPrompts = "none",
        RoundPromptsToHalf = false,
        Pictures = "random",
        PictureCount = Pictures,
        Preprocessing = preprocessing,
        FastJpeg = false,
        Views = new ViewGenerator(Seed: 1),
        ViewCount = 1,
        Precision = target.PrecisionName,
        EmbeddingSize = TrueSize.Teacher.EmbeddingSize,
        PicturesPerShard = Pictures / 2,
        BatchSize = TrueSize.BatchSize,
    };
}
