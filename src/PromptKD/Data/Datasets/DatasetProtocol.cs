using PromptKD.Configuration;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// Which pictures go where, as in the PromptKD repository (its <c>datasets</c>, one and the same code in each file):
/// <list type="bullet">
/// <item>PromptKD, base to novel: learns from all training pictures of all classes; validates on the test pictures of
/// the base classes; tests on those of the novel ones.</item>
/// <item>PromptKD, cross-dataset, and every other method: training and test pictures of
/// DATASET.SUBSAMPLE_CLASSES; validates on the test pictures.</item>
/// <item>ImageNet's variants: all pictures, whatever is asked for; nothing to validate on.</item>
/// </list>
/// The data set's own validation pictures are in <see cref="ProtocolLists.RealValidation"/>.
/// </summary>
internal static class DatasetProtocol
{
    /// <summary>Reads the lists of a data set. Pictures are neither opened nor looked for.</summary>
    /// <param name="dataset">Which data set, where, how many shots and which classes.</param>
    /// <param name="reading">By which protocol, and who is told.</param>
    /// <param name="stop">Stops between files and folders.</param>
    /// <exception cref="PromptKDException">
    /// No such data set; something of it is missing or damaged; no class is left to learn; labels leave a gap.
    /// </exception>
    public static ProtocolLists Read(
        DatasetConfig dataset, ProtocolReading reading, CancellationToken stop = default)
    {
        DatasetEntry entry = DatasetCatalog.Find(dataset.Name);
        var random = new PythonRandom(reading.Seed);
        DatasetSplit split = entry.Read(dataset.Root, random, reading.Warn, reading.Say, stop);
        split.RefuseContradictions(entry.Name);
        LeftOut? leftOut = split.LeftOut;
        if (entry.IsTestOnly)
        {
            return new ProtocolLists(Names(dataset, split.Train), split.Train, null, split.Test, null)
            {
                LeftOut = leftOut,
            };
        }

        if (dataset.NumShots >= 1)
        {
            split = Draw(entry.Below(dataset.Root), split, dataset.NumShots, reading, random);
        }

        ProtocolLists lists = reading.BaseToNovel ? BaseToNovel(dataset, split) : Subset(dataset, split);
        return lists with { LeftOut = leftOut };
    }

    // A run that divides the data set draws on from the same random numbers, as the reference does; a later one finds
    // the parts in a file, and would draw others: so the first draw is kept. Pictures in shards are divided once and
    // for all.
    private static DatasetSplit Draw(
        DatasetFolder folder, DatasetSplit split, int shots, ProtocolReading reading, PythonRandom random)
    {
        if (reading.Kept is not { } kept || ShardSplit.Exists(folder))
        {
            return FewShot.Draw(split, shots, random);
        }

        if (kept.Find(folder, split, shots, reading.Seed) is { } found)
        {
            return found;
        }

        DatasetSplit drawn = FewShot.Draw(split, shots, random);
        try
        {
            kept.Keep(folder, drawn, shots, reading.Seed);
        }
        catch (PromptKDException fault)
        {
            reading.Warn?.Invoke(
                $"{fault.InWords} The same SEED draws the same pictures again as long as the parts of the data set "
                + "stay as they are.");
        }

        return drawn;
    }

    private static ProtocolLists BaseToNovel(DatasetConfig dataset, DatasetSplit split)
    {
        DatasetSplit known = ClassSubset.Of(split.Train, "base").From(split);
        DatasetSplit unseen = ClassSubset.Of(split.Train, "new").From(split);
        return new ProtocolLists(
            Names(dataset, split.Train), split.Train, known.Test, unseen.Test, known.Validation);
    }

    private static ProtocolLists Subset(DatasetConfig dataset, DatasetSplit split)
    {
        DatasetSplit kept = ClassSubset.Of(split.Train, dataset.SubsampleClasses).From(split);
        return new ProtocolLists(Names(dataset, kept.Train), kept.Train, kept.Test, kept.Test, kept.Validation);
    }

    private static IReadOnlyList<string> Names(DatasetConfig dataset, IReadOnlyList<PictureItem> items)
    {
        ClassTable classes = ClassTable.Of(items);
        if (items.Count == 0)
        {
            throw new PromptKDException(dataset.SubsampleClasses == "all"
                ? $"{dataset.Name}: it has no training pictures. ‹promptkd datasets check› lists all faults."
                : $"{dataset.Name}: no training pictures are left with DATASET.SUBSAMPLE_CLASSES "
                + $"'{dataset.SubsampleClasses}'. The new classes of one class are none: use all or base.");
        }

        return classes.Faults is [string fault, ..]
            ? throw new PromptKDException(
                $"{dataset.Name}: {fault}. ‹promptkd datasets check› lists all faults.")
            : classes.Names;
    }
}
