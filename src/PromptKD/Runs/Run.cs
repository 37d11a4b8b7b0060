using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>The skeleton of every run. What a kind of run adds stands in a folder of its own.</summary>
internal static class Run
{
    private const string MemoryAdvice = "Choose smaller CLIPs, or ‹precision› bf16.";

    /// <summary>Runs to the end, or goes on with a run that was cut off, or reports one that is finished.</summary>
    /// <param name="kind">What the run is.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="stop">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static TReport Go<TReport>(RunKind<TReport> kind, ITrainingObserver? observer, CancellationToken stop)
        where TReport : class
    {
        IProcessGroup processes = ProcessGroup.Join();
        RunSettings settings = kind.Resolve(stop);
        RunAgreement.Check(processes, settings, stop);
        using RunFolder folder = OpenFolder(kind, settings, processes, stop);
        using RunLog log = kind.OpenLog(folder, settings, processes.IsLeader() ? observer : null);
        return log.Record(() => Go(kind, settings, folder, log, processes, stop));
    }

    /// <summary>The folder of the run: the first process takes hold of it, the others watch.</summary>
    /// <param name="kind">What the run is.</param>
    /// <param name="settings">What it does.</param>
    /// <param name="processes">Who does it together.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static RunFolder OpenFolder<TReport>(
        RunKind<TReport> kind, RunSettings settings, IProcessGroup processes, CancellationToken stop)
        where TReport : class =>
        processes.LeaderAlone(() => kind.OpenFolder(settings), stop) ?? RunFolder.Watch(settings.Config.OutputDir);

    /// <summary>
    /// Says what the user should know, lets the processes hash the pictures together, and opens what the run is made
    /// from: in the first process before the others, so that a mistake is said once.
    /// </summary>
    /// <param name="settings">What the run does.</param>
    /// <param name="context">Where it computes, who watches, when it stops.</param>
    public static RunInputs Open(RunSettings settings, RunContext context)
    {
        Tell(settings, context);
        if (SharedWork.Of(context.Processes) is { } work)
        {
            PictureItem[] pictures = [.. settings.Pictures, .. settings.Measured];
            SharedHashing.Learn(
                work, settings.PictureRoot, pictures, context.Digests, context.Observer, context.Stop);
        }

        return context.Processes.LeaderFirst(() => RunInputs.Open(settings, context), context.Stop);
    }

    private static void Tell(RunSettings settings, RunContext context)
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
    }

    private static TReport Go<TReport>(
        RunKind<TReport> kind,
        RunSettings settings,
        RunFolder folder,
        RunLog log,
        IProcessGroup processes,
        CancellationToken stop)
        where TReport : class
    {
        var context = new RunContext(settings.Target, log, folder.OpenDigests(), stop) { Processes = processes };
        using RunInputs inputs = Open(settings, context);
        RunAgreement.CheckInputs(processes, inputs.Digests, stop);
        var run = new OpenRun(settings, folder, log, inputs, context);
        TReport? finished = processes.LeaderAlone(() => kind.FindFinished(run), stop);
        if (processes.FromLeader(() => finished is not null, stop))
        {
            return processes.FromLeader(() => finished!, stop);
        }

        context.Paced = pace => kind.OnPaced(run, pace);

        processes.LeaderAlone(folder.RequireWritable, stop);
        using ITrainedMethod method = OutOfMemory.Explain(() => inputs.BuildMethod(folder.Root), MemoryAdvice);
        kind.Prepare(run, method);
        TrainingPlan plan = kind.Plan(run, method, RunPlan.Of(run));
        using var loop = new TrainingLoop(method, processes.IsLeader() ? plan : plan.Quiet());
        processes.LeaderAlone(() => Begin(kind, run, method, loop), stop);
        loop.Join(stop);
        if (loop.Position.IsAtStart && kind.Start(run, method, loop.Plan) is { } start)
        {
            loop.BeginBehind(start);
        }

        log.OnPhase(kind.Describe(run));
        log.OnTraining(settings.Method.LearnsFrom == Supervision.Labels);
        Learn(loop, context);
        loop.Plan.Skipped.Report(log);
        method.SetTraining(false);
        return Finish(kind, run, method, loop);
    }

    private static void Begin<TReport>(RunKind<TReport> kind, OpenRun run, ITrainedMethod method, TrainingLoop loop)
        where TReport : class
    {
        kind.Resume(run, method, loop);
        LearnedPictures.Keep(run, loop);
        run.Folder.Begin(run.Inputs.Resolved);
    }

    private static TReport Finish<TReport>(RunKind<TReport> kind, OpenRun run, ITrainedMethod method, TrainingLoop loop)
        where TReport : class
    {
        IProcessGroup processes = run.Context.Processes;
        RunAgreement.TellExchanging(run);
        if (!processes.IsLeader())
        {
            kind.Follow(run, method, loop);
        }

        return processes.FromLeader(() => kind.Finish(run, method, loop), run.Context.Stop);
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
