using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;

namespace PromptKD.Runs;

/// <summary>
/// The store of what the student's tower gives before it has tokens, in the folder of the run. Where the teacher's is
/// made, too, one pass over the pictures fills both; else a pass of its own does.
/// </summary>
/// <param name="settings">What the run does.</param>
/// <param name="context">Where it computes, who watches, when it stops.</param>
/// <param name="pictures">What is learned from.</param>
/// <param name="preparation">How the student's pictures are prepared.</param>
/// <param name="weights">SHA-256 of the student.</param>
internal sealed class StudentStore(
    RunSettings settings, RunContext context, PictureSet pictures, Preprocessing preparation, string weights)
{
    private const string Folder = "student-store";

    // Each process makes its part of the shards.
    private StorePart Part => StorePart.Of(context.Processes.Share());

    private ExperimentConfig Config => settings.Config;

    /// <summary>The store, to be filled along with the teacher's that DISTILL.VIEWS asks for.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="clip">The student's CLIP.</param>
    public StoreBeside Beside(string folder, ClipCheckpoint clip)
    {
        TeacherStore store = Open(
            folder, clip.Architecture.EmbeddingSize, LoadingSettings.Views(Config), Config.Distill.Views);
        return new StoreBeside(
            store,
            store.ShardsToMake(Part, context.Digests, context.Stop),
            preparation,
            () => TowerFeatures.Read(clip, preparation, context.Target));
    }

    /// <summary>The features, where need be computed first.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="tower">The student's tower; stays its owner's.</param>
    /// <param name="views">The teacher's views.</param>
    /// <param name="count">How many of them.</param>
    /// <returns>For the caller to free.</returns>
    /// <exception cref="PromptKDException">The store is of something else, or cannot be written.</exception>
    public StoredFeatures Read(string folder, ImageEncoder tower, ViewGenerator views, int count)
    {
        TeacherStore store = Open(folder, tower.Architecture.EmbeddingSize, views, count);
        IReadOnlyList<int> missing = store.ShardsToMake(Part, context.Digests, context.Stop);
        if (missing.Count > 0)
        {
            context.Observer.OnPhase($"Storing the student's features in {store.Folder}: "
                + $"{Counted.Of(missing.Count, "shard")} to make, {Counted.Of(count, "view")}");
            using var features = new TowerFeatures(tower, preparation);
            var meter = new PaceMeter(
                towers: 1,
                (loading, towers) => context.Paced?.Invoke(new ViewPace(
                    loading, Teacher: null, new TowerPace(towers[0], store.Index.EmbeddingSize))),
                TimeProvider.System);
            StoreFiller.Run(
                Config, context, pictures, [new StoreToMake(store, missing, features)], [preparation], meter);
        }

        context.Processes.Wait(context.Stop);
        StoredFeatures stored = store.ReadTeacher(context.Target.Device, context.Digests, context.Stop);
        context.Digests.Save();
        return stored;
    }

    private TeacherStore Open(string folder, int embeddingSize, ViewGenerator views, int count) =>
        context.Processes.LeaderFirst(() => Begin(folder, embeddingSize, views, count), context.Stop);

    private TeacherStore Begin(string folder, int embeddingSize, ViewGenerator views, int count)
    {
        string path = Path.Combine(folder, Folder);
        if (Config.Train.AcceptChanges && context.Processes.IsLeader())
        {
            StoredPictures.RemoveIfOfOthers(path, pictures, context.Observer);
        }

        var index = new StoreIndex
        {
            Teacher = weights,
            TeacherPrompts = TeacherSource.NoPrompts,
            RoundPromptsToHalf = false,
            Pictures = pictures.ContentDigest,
            PictureCount = pictures.Items.Count,
            Preprocessing = preparation,
            FastJpeg = Config.Distill.FastJpeg,
            Views = views,
            ViewCount = count,
            Precision = context.Target.PrecisionName,
            EmbeddingSize = embeddingSize,
            PicturesPerShard = TeacherSource.PicturesPerShard,
            BatchSize = Config.DataLoader.TrainX.BatchSize,
            Normalised = false,
        };
        return StoredPictures.OpenOrBegin(path, index, pictures, context.Observer, StoredPictures.NewStore);
    }
}
