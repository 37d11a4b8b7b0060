using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Runtime.Processes;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// Processes that learn together have to be told the same: what differs is refused before the first step.
/// </summary>
internal static class RunAgreement
{
    // They may change between two starts, and decide which pictures are whose, or where all read and write.
    private static readonly string[] s_shared = ["OUTPUT_DIR", "DATALOADER.TEST.BATCH_SIZE"];

    /// <summary>Refuses settings that differ, and those that cannot be shared.</summary>
    /// <param name="processes">All that learn together.</param>
    /// <param name="settings">This process's.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="PromptKDException">A setting differs; the message names it, and whose it is.</exception>
    public static void Check(IProcessGroup processes, RunSettings settings, CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return;
        }

        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (ConfigDifference one in ExperimentConfig.Differences(new ExperimentConfig(), settings.Config))
        {
            if (s_shared.Contains(one.Key) || !(RunMark.IsHarmless(one.Key) || RunMark.IsPlace(one.Key)))
            {
                values[one.Key] = ConfigValue.Show(one.Second);
            }
        }

        values["the precision"] = settings.Target.PrecisionName;
        values["the number of pictures"] = settings.Pictures.Count.ToString(CultureInfo.InvariantCulture);
        values["the number of classes"] = settings.ClassNames.Count.ToString(CultureInfo.InvariantCulture);
        ProcessAgreement.Check(processes, values, "Start all with the same command, files and folders", stop);
        RefuseFew(processes, "DATALOADER.TRAIN_X.BATCH_SIZE", settings.Config.DataLoader.TrainX.BatchSize);
        if (settings.StartsOnFeatures)
        {
            RefuseFew(processes, "DISTILL.START.BATCH_SIZE", settings.Config.Distill.Start.BatchSize);
        }
    }

    /// <summary>Refuses inputs that differ.</summary>
    /// <param name="processes">All that learn together.</param>
    /// <param name="digests">SHA-256 of each input of this process, by name.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="PromptKDException">One differs; the message names it, and whose it is.</exception>
    public static void CheckInputs(
        IProcessGroup processes, IReadOnlyDictionary<string, string> digests, CancellationToken stop)
    {
        if (!processes.IsAlone())
        {
            var named = digests.ToDictionary(one => $"the SHA-256 of its {one.Key}", one => one.Value);
            ProcessAgreement.Check(
                processes,
                new SortedDictionary<string, string>(named, StringComparer.Ordinal),
                "Give all of them the same files",
                stop);
        }
    }

    /// <summary>Says what the exchange cost.</summary>
    public static void TellExchanging(OpenRun run)
    {
        IProcessGroup processes = run.Context.Processes;
        if (!processes.IsAlone())
        {
            run.Log.OnPhase(string.Create(
                CultureInfo.InvariantCulture,
                $"{processes.Size} processes: {processes.Exchanging.TotalSeconds:0.0} s spent in sums and in waiting "
                + $"for each other{(processes.GpuSumsAre is { } gpus ? $"; sums were made {gpus}" : "")}"));
        }
    }

    private static void RefuseFew(IProcessGroup processes, string key, int batchSize)
    {
        if (batchSize < processes.Size)
        {
            throw new PromptKDException(
                $"{processes.Size} processes cannot share batches of {batchSize} ({key}): each needs a picture of "
                + $"every batch. Start {batchSize} processes at most, or give larger batches.");
        }
    }
}
