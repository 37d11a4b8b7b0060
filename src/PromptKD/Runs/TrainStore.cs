using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Features.Store;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Runs;

/// <summary>
/// Fills the store that <c>train --store</c> reads: training pictures, teacher, class names and views are found by the
/// keys by which PromptKD's training finds them.
/// </summary>
internal static class TrainStore
{
    /// <summary>Makes the missing shards of a part, and with the first part the class vectors.</summary>
    /// <param name="config">
    /// DATASET.* and TRAINER.MODAL say which pictures; the rest is as for a folder's store.
    /// </param>
    /// <param name="part">Which shards are this process's.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="quantise">As for <see cref="TeacherSource.BeginStore"/>.</param>
    /// <param name="stop">Stops between batches; finished shards stay.</param>
    /// <returns>Shards that are still missing: other processes' parts.</returns>
    /// <exception cref="PromptKDException">
    /// A data set, teacher or setting that the user can mend, or the folder holds a store of something else.
    /// </exception>
    public static int Fill(
        ExperimentConfig config, StorePart part, IRunObserver? observer, QuantisedTower? quantise,
        CancellationToken stop)
    {
        if (config.Distill.FurtherTeachers.Count > 0)
        {
            throw new PromptKDException(
                $"{1 + config.Distill.FurtherTeachers.Count} teachers are named: of a data set, the features of one "
                + "are stored, as train learns from one. Give one.");
        }

        IRunObserver watcher = observer ?? IRunObserver.Nobody;
        ExperimentConfig resolved = DatasetFeaturesPreset.Resolve(config);

        // As the data set's file spells it: teachers lie in folders of that name.
        resolved = resolved with
        {
            Dataset = resolved.Dataset with { Name = DatasetCatalog.Find(resolved.Dataset.Name).Name },
        };
        TeacherStoring.CheckViews(resolved);
        ProtocolLists lists = DatasetProtocol.Read(
            resolved.Dataset,
            new ProtocolReading(resolved.Seed)
            {
                BaseToNovel = TrainPreset.IsBaseToNovel(resolved, hasTeacher: true),
                Warn = watcher.OnWarning,
                Kept = new ShotsFile(watcher.OnPhase),
                Say = watcher.OnPhase,
            },
            stop);
        lists.LeftOut?.Report(watcher);

        // Without its store: where one is given, training looks for no teacher.
        DistillConfig live = resolved.Distill with { Store = "", Classes = [.. lists.ClassNames] };
        live = new ReferenceFiles("").Complete(resolved with { Distill = live }, hasTeacher: true).Distill;
        Warn(resolved with { Distill = resolved.Distill with { TeacherPrompts = live.TeacherPrompts } }, watcher);
        return TeacherStoring.Fill(
            resolved with { Distill = live with { Store = resolved.Distill.Store } },
            resolved.Dataset.Root,
            lists.Train,
            part,
            keepsClasses: true,
            watcher,
            quantise,
            stop);
    }

    private static void Warn(ExperimentConfig config, IRunObserver watcher)
    {
        if (ActingKeys.OfDatasetFeatures(config).Warning() is { } warning)
        {
            watcher.OnWarning(warning);
        }
    }
}
