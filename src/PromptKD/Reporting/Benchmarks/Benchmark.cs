using System.Globalization;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Reporting.Benchmarks;

/// <summary>Makes the tables of the paper: runs what is missing of a plan, and reports after each run.</summary>
public static class Benchmark
{
    /// <summary>
    /// Makes the runs that are not finished, in order; what cannot be made (a data set that is not there) is reported,
    /// and the others go on. The same call after an interruption goes on where it was.
    /// </summary>
    /// <param name="plan">Which runs.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <returns>
    /// The report that also stands in the output folder; not where all runs are finished, and the folder can only be
    /// read.
    /// </returns>
    /// <exception cref="PromptKDException">
    /// The plan names what does not exist, a run was made with other settings, or the report cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static BenchmarkReport Run(
        BenchmarkPlan plan, ITrainingObserver? observer = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<BenchmarkRun> runs = [.. plan.Runs().DistinctBy(run => run.Folder)];
        using FolderHold hold = FolderHold.Share(plan.Output);
        int finished = runs.Count(run => run.IsFinished());
        BenchmarkRun[] missing = [.. runs.Where(run => !run.IsFinished() || run.LacksPage())];
        observer?.OnPhase(string.Create(
            CultureInfo.InvariantCulture, $"{Counted.Of(runs.Count, "run")}, {finished} of them finished"));
        var faults = new Dictionary<string, string>();
        foreach (BenchmarkRun run in missing)
        {
            observer?.OnPhase(run.Title);
            try
            {
                run.RefuseUnfinishedModel(runs);
                run.Make(observer, cancellationToken);
            }
            catch (PromptKDException fault)
            {
                string message = plan.NameOf is { } nameOf ? fault.Describe(nameOf) : fault.Message;
                faults[run.Folder] = message;
                observer?.OnWarning($"{run.Title}: {message}");
            }

            Report(runs, faults).Write(plan.Output);
        }

        BenchmarkReport report = Report(runs, faults);
        if (missing.Length > 0)
        {
            report.Write(plan.Output);
        }
        else if (report.WriteIfAllowed(plan.Output) is { } fault)
        {
            observer?.OnWarning(fault);
        }

        return report;
    }

    private static BenchmarkReport Report(IReadOnlyList<BenchmarkRun> runs, Dictionary<string, string> faults)
    {
        IEnumerable<string> unfinished = runs
            .Where(run => !run.IsFinished())
            .Select(run => faults.TryGetValue(run.Folder, out string? fault) ? $"{run.Title}: {fault}" : run.Title);
        return new BenchmarkReport(
            OutcomeReader.ReadOwn(runs.Where(run => run.CountsInTable).Select(run => run.Folder)), [.. unfinished]);
    }
}
