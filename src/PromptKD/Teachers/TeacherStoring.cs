using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Pictures;
using PromptKD.Features.Store;
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
    /// <param name="cancellationToken">Stops between batches; finished shards stay.</param>
    /// <returns>Shards that are still missing: other processes' parts.</returns>
    /// <exception cref="PromptKDException">
    /// An input can't be read, or the folder holds a store of something else.
    /// </exception>
    public static int Fill(
        ExperimentConfig config,
        StorePart part,
        IRunObserver? observer = null,
        CancellationToken cancellationToken = default) => config.Distill.EightBit
            ? throw new PromptKDException(
                "DISTILL.EIGHT_BIT is True: such a store is made by Experiment.StoreFeatures.")
            : Fill(config, part, observer, quantise: null, cancellationToken);

    /// <summary>As the shorter form, of a tower that may be computed in another way.</summary>
    /// <param name="config">As there.</param>
    /// <param name="part">As there.</param>
    /// <param name="observer">As there.</param>
    /// <param name="quantise">As for <see cref="TeacherSource.BeginStore"/>.</param>
    /// <param name="cancellationToken">As there.</param>
    internal static int Fill(
        ExperimentConfig config,
        StorePart part,
        IRunObserver? observer,
        QuantisedTower? quantise,
        CancellationToken cancellationToken)
    {
        IRunObserver watcher = observer ?? IRunObserver.Nobody;
        CheckViews(config);
        var images = PictureFolder.Unlabelled(config.Distill.Images, cancellationToken);
        if (ActingKeys.OfFeatures(config).Warning() is { } warning)
        {
            watcher.OnWarning(warning);
        }

        images.LeftOut.Report(watcher);
        return Fill(
            config,
            config.Distill.Images,
            images.Items,
            part,
            keepsClasses: false,
            watcher,
            quantise,
            cancellationToken);
    }

    /// <summary>Refuses views that no store can have.</summary>
    /// <exception cref="PromptKDException">
    /// There are none of them, or they are drawn by no seed that others know.
    /// </exception>
    internal static void CheckViews(ExperimentConfig config)
    {
        if (config.Distill.Views < 1)
        {
            throw new PromptKDException($"‹views› is {config.Distill.Views}; give 1 or more views of each picture.");
        }

        if (config.Seed < 0)
        {
            throw new PromptKDException(
                $"SEED is {config.Seed}: the views of a store have to be the same for all that fill it. Give 0 or "
                + "more.");
        }

        Checks.Input(config.Input);
        Checks.Values(config);
    }

    /// <summary>As the public form, of pictures that are listed.</summary>
    /// <param name="config">As there.</param>
    /// <param name="root">The folder that they are named relative to.</param>
    /// <param name="pictures">The pictures, in the order in which they are numbered.</param>
    /// <param name="part">Which shards are this process's.</param>
    /// <param name="keepsClasses">
    /// Whether the vectors of DISTILL.CLASSES are kept, too: whoever learns opens no teacher.
    /// </param>
    /// <param name="watcher">Is told how it goes.</param>
    /// <param name="quantise">As for <see cref="TeacherSource.BeginStore"/>.</param>
    /// <param name="cancellationToken">Stops between batches; finished shards stay.</param>
    internal static int Fill(
        ExperimentConfig config,
        string root,
        IReadOnlyList<PictureItem> pictures,
        StorePart part,
        bool keepsClasses,
        IRunObserver watcher,
        QuantisedTower? quantise,
        CancellationToken cancellationToken)
    {
        if (config.Distill.Teacher.Length == 0)
        {
            throw new PromptKDException(
                "Nothing says whose features are to be stored. Give ‹teacher›: the CLIP to learn from.");
        }

        using ProcessSettings kept = ProcessSettings.Keep();
        ComputeTarget target = ComputeTarget.Resolve(
            config.Device, config.Trainer.PromptKD.Prec, config.UseCuda, watcher.OnWarning).WithProvider(
                config.OnnxProvider);
        string folder = config.Distill.Store;
        var live = config with
        {
            Distill = config.Distill with { Store = "", FurtherStores = [], Target = new TargetConfig() },
        };
        var memory = DigestMemory.Open(Path.Combine(folder, ".digests.tsv"));
        var context = new RunContext(target, watcher, memory, cancellationToken);
        using var teachers = TeacherSources.Open(live, context);
        target.UseThreadsFor(teachers.VisionWidth);

        // Before the first file: what hashing remembers of the pictures lies in it.
        using FolderHold hold = FolderHold.Share(folder);
        var parts = new PartwiseHashing(Path.Combine(folder, ".digests"), part.Count);
        if (part.Count > 1)
        {
            parts.Learn(part.Index, root, pictures, memory, watcher, cancellationToken);
        }

        var hashed = PictureSet.Hash(root, pictures, memory, watcher, cancellationToken);
        hashed.RefuseUnreadable(config.Distill.Strict);
        Remains.Clear(folder, depth: 2);
        int missing = teachers.FillStores(folder, hashed, part, keepsClasses, quantise);
        if (missing == 0)
        {
            parts.Clear();
        }

        hold.RefuseGone(); // Else what went with it would count as missing.
        return missing;
    }

    /// <summary>How many teachers share a store: 1 where one has it for itself, 0 where there is none.</summary>
    /// <param name="folder">The store. Whether its shards are there does not matter.</param>
    public static int TeachersIn(string folder) => SeveralStores.CountIn(folder);

    /// <summary>Reads every shard of a store, several at a time, and compares it with its digest.</summary>
    /// <param name="folder">The store; of several teachers, those of each.</param>
    /// <param name="cancellationToken">Stops between shards.</param>
    /// <returns>What is missing or damaged, one line each; empty for a complete store.</returns>
    /// <exception cref="PromptKDException">There is no store.</exception>
    public static IReadOnlyList<string> Check(string folder, CancellationToken cancellationToken = default) =>
    [
        .. SeveralStores.Open(folder)
            .SelectMany(store => store.CheckBeside(Environment.ProcessorCount, cancellationToken)),
    ];

    /// <summary>
    /// Reads the lists of the pictures that a store was made from. Nothing is learned from them: they name the pictures
    /// that changed since.
    /// </summary>
    /// <param name="folder">The store; of several teachers, those of each.</param>
    /// <returns>What is wrong with them, one line each; a store without a list does as well.</returns>
    /// <exception cref="PromptKDException">There is no store.</exception>
    public static IReadOnlyList<string> CheckLists(string folder) =>
    [
        .. SeveralStores.Open(folder)
            .Select(store => PictureList.FindFault(store.Folder, store.Index.Pictures)).OfType<string>(),
    ];

    /// <summary>
    /// Joins stores that were filled on machines which share no disk: copies what is missing or damaged in one from the
    /// others, where it is whole.
    /// </summary>
    /// <param name="stores">Stores of the same teachers, pictures and views; parts of them will do.</param>
    /// <param name="into">The store that receives all; begun where there is none.</param>
    /// <param name="cancellationToken">Stops between shards; what was copied stays.</param>
    /// <returns>Shards that none of them has.</returns>
    /// <exception cref="PromptKDException">
    /// One is no store, or was made from something else: the message says what differs. Nothing of it is copied.
    /// </exception>
    public static int Merge(
        IReadOnlyList<string> stores, string into, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<TeacherStore>[] parts = [.. stores.Select(SeveralStores.Open)];
        SeveralStores.RefuseOthers(parts);
        using FolderHold hold = FolderHold.Share(into);
        int missing = 0;
        for (int teacher = 1; teacher <= parts[0].Count; teacher++)
        {
            string place = SeveralStores.FolderOf(into, teacher);
            var whole = TeacherStore.OpenOrBegin(place, parts[0][teacher - 1].Index);
            foreach (TeacherStore part in parts.Select(all => all[teacher - 1]))
            {
                whole.TakeFrom(part, cancellationToken);
                if (PictureList.ReadIfAny(place, whole.Index.Pictures) is null)
                {
                    PictureList.ReadIfAny(part.Folder, whole.Index.Pictures)?.Keep(place);
                }
            }

            missing += whole.CheckBeside(Environment.ProcessorCount, cancellationToken).Count;
        }

        hold.RefuseGone(); // Else what went with it would count as missing.
        return missing;
    }
}
