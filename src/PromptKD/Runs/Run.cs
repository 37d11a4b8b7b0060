using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>The skeleton of every run. What a kind of run adds stands in a folder of its own.</summary>
internal static class Run
{
    private const string MemoryAdvice = "Choose smaller CLIPs, or --precision bf16.";

    /// <summary>Runs to the end, or goes on with a run that was cut off, or reports one that is finished.</summary>
    /// <param name="kind">What the run is.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="stop">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static TReport Go<TReport>(RunKind<TReport> kind, ITrainingObserver? observer, CancellationToken stop)
        where TReport : class
    {
        RunSettings settings = kind.Resolve(stop);
        using RunFolder folder = kind.OpenFolder(settings);
        using RunLog log = kind.OpenLog(folder, settings, observer);
        return log.Record(() => Go(kind, settings, folder, log, stop));
    }

    /// <summary>Says what the user should know, and opens what the run is made from.</summary>
    /// <param name="settings">What the run does.</param>
    /// <param name="context">Where it computes, who watches, when it stops.</param>
    public static RunInputs Open(RunSettings settings, RunContext context)
    {
        if (settings.Opening.Length > 0)
        {
            context.Observer.OnPhase(settings.Opening);
        }

        foreach (string line in settings.Lines)
        {
            context.Observer.OnPrint(line);
        }

        foreach (string warning in settings.Warnings)
        {
            context.Observer.OnWarning(warning);
        }

        foreach (LeftOut leftOut in settings.LeftOut)
        {
            leftOut.Report(context.Observer);
        }

        return RunInputs.Open(settings, context);
    }

    private static TReport Go<TReport>(
        RunKind<TReport> kind, RunSettings settings, RunFolder folder, RunLog log, CancellationToken stop)
        where TReport : class
    {
        var context = new RunContext(settings.Target, log, folder.OpenDigests(), stop);
        using RunInputs inputs = Open(settings, context);
        var run = new OpenRun(settings, folder, log, inputs, context);
        if (kind.FindFinished(run) is { } finished)
        {
            return finished;
        }

        context.Paced = pace => kind.OnPaced(run, pace);

        folder.RequireWritable();
        using ITrainedMethod method = OutOfMemory.Explain(() => inputs.BuildMethod(folder.Root), MemoryAdvice);
        kind.Prepare(run, method);
        using var loop = new TrainingLoop(method, kind.Plan(run, method, RunPlan.Of(run)));
        kind.Resume(run, method, loop);
        LearnedPictures.Keep(run, loop);
        folder.Begin(inputs.Resolved);
        if (loop.Position.IsAtStart && kind.Start(run, method, loop.Plan) is { } start)
        {
            loop.BeginBehind(start);
        }

        log.OnPhase(kind.Describe(run));
        log.OnTraining(settings.Method.LearnsFrom == Supervision.Labels);
        Learn(loop, context);
        loop.Plan.Skipped.Report(log);
        method.SetTraining(false);
        return kind.Finish(run, method, loop);
    }

    private static void Learn(TrainingLoop loop, RunContext context)
    {
        try
        {
            loop.Run(context.Stop);
        }
        catch (OperationCanceledException)
        {
            context.Observer.OnPhase($"Saved behind {loop.Position.Describe()}: the same call goes on from there");
            throw;
        }
    }
}
