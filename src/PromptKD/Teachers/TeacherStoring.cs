using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// Makes and checks stores of teacher features: the frozen teacher looks at each view of each picture once, and every
/// later epoch, seed and student reads what it saw.
/// </summary>
public static class TeacherStoring
{
    /// <summary>Makes the missing shards of a store.</summary>
    /// <param name="config">
    /// DISTILL.IMAGES, TEACHER, TEACHER_PROMPTS, STORE and VIEWS say what; SEED and INPUT.* say which views.
    /// </param>
    /// <param name="part">Which shards are this process's.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops between batches; finished shards stay.</param>
    /// <returns>Shards that are still missing: other processes' parts.</returns>
    /// <exception cref="PromptKDException">An input can't be read, or the folder holds a store of something else.</exception>
    public static int Fill(
        ExperimentConfig config,
        StorePart part,
        IRunObserver? observer = null,
        CancellationToken cancellation = default)
    {
        IRunObserver watcher = observer ?? IRunObserver.Nobody;
        if (config.Distill.Views < 1)
        {
            throw new PromptKDException($"--views is {config.Distill.Views}; give 1 or more views of each picture.");
        }

        IReadOnlyList<PictureItem> items = PictureFolder.Unlabelled(config.Distill.Images).Items;
        string device = config.Device == "auto" && !config.UseCuda ? "cpu" : config.Device;
        var target = ComputeTarget.Resolve(device, config.Trainer.PromptKD.Prec);
        using var teacher = OpenedTeacher.Open(config.Distill, target, watcher, cancellation);
        target.UseThreadsFor(teacher.Model.Architecture.VisionWidth);
        Preprocessing preprocessing = DistillationPictures.PreprocessingOf(config, teacher.Model.Architecture);
        var pictures = PictureSet.Hash(config.Distill.Images, items, DigestMemory.None, watcher, cancellation);
        var store = TeacherStore.OpenOrBegin(
            config.Distill.Store, DistillationPictures.Index(config, target, teacher, pictures, preprocessing));
        using LiveFeatures tower = teacher.Model.ReadImageTower(config.Trainer.PromptKD.HalfPrompts);
        teacher.Dispose();
        var loader = new PictureLoader(items, preprocessing, DistillationPictures.LoaderOptions(config));
        DistillationPictures.Fill(store, loader, tower, part, watcher, cancellation);
        return store.ShardsToMake(StorePart.Whole).Count;
    }

    /// <summary>Reads every shard of a store and compares it with its digest.</summary>
    /// <param name="folder">The store.</param>
    /// <returns>What is missing or damaged, one line each; empty for a complete store.</returns>
    /// <exception cref="PromptKDException">There is no store.</exception>
    public static IReadOnlyList<string> Check(string folder) => [.. TeacherStore.Open(folder).Check()];
}
