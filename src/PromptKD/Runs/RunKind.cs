using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// What a kind of run adds to the skeleton in <see cref="Run"/>: distilling, teaching, or a benchmark training. An
/// object serves one run.
/// </summary>
/// <typeparam name="TReport">What it comes to.</typeparam>
internal abstract class RunKind<TReport>
    where TReport : class
{
    /// <summary>Fills in defaults, refuses mistakes, and lists the pictures.</summary>
    /// <param name="stop">Stops the listing of the pictures.</param>
    /// <exception cref="PromptKDException">A setting or the pictures cannot be used.</exception>
    public abstract RunSettings Resolve(CancellationToken stop);

    /// <summary>Takes hold of the output folder.</summary>
    public virtual RunFolder OpenFolder(RunSettings settings) =>
        RunFolder.Open(settings.Config.OutputDir, settings.Config);

    /// <summary>Whoever writes down what happens.</summary>
    /// <param name="folder">Receives the log.</param>
    /// <param name="settings">What the run does.</param>
    /// <param name="next">Who else is watching; null for nobody.</param>
    public virtual RunLog OpenLog(RunFolder folder, RunSettings settings, ITrainingObserver? next) =>
        new TimedLog(folder, settings.Config.Train.PrintFreq, next);

    /// <summary>What a run came to that is finished already; null where there is something left to do.</summary>
    /// <exception cref="PromptKDException">The folder holds a run of other inputs.</exception>
    public virtual TReport? FindFinished(OpenRun run) => null;

    /// <summary>Says what the whole run is going to take.</summary>
    /// <param name="run">The run, which is storing features.</param>
    /// <param name="pace">What a view takes.</param>
    public virtual void OnPaced(OpenRun run, ViewPace pace)
    {
    }

    /// <summary>Measures what has to be measured before the first step.</summary>
    /// <param name="run">The run.</param>
    /// <param name="method">At its first values, whatever it goes on with.</param>
    public virtual void Prepare(OpenRun run, ITrainedMethod method)
    {
    }

    /// <summary>How the method is trained: the common plan, with what this kind does after each epoch.</summary>
    public abstract TrainingPlan Plan(OpenRun run, ITrainedMethod method, TrainingPlan common);

    /// <summary>Goes on where the run was cut off, if it was.</summary>
    /// <exception cref="PromptKDException">
    /// What there is was made from other inputs or settings, or is damaged.
    /// </exception>
    public virtual void Resume(OpenRun run, ITrainedMethod method, TrainingLoop loop) =>
        Resumption.Restore(run, loop, run.Folder.Root);

    /// <summary>Learns what is learned before the first epoch; not asked where the run goes on behind that.</summary>
    /// <param name="run">The run.</param>
    /// <param name="method">At its first values.</param>
    /// <param name="plan">How it goes on.</param>
    /// <returns>What that came to; null where there is nothing of the kind.</returns>
    public virtual EpochRecord? Start(OpenRun run, ITrainedMethod method, TrainingPlan plan) => null;

    /// <summary>What is going to happen, in words.</summary>
    public abstract string Describe(OpenRun run);

    /// <summary>Measures and writes what was learned.</summary>
    public abstract TReport Finish(OpenRun run, ITrainedMethod method, TrainingLoop loop);

    /// <summary>Takes part, in the processes that are not the first, in what <see cref="Finish"/> measures.</summary>
    public virtual void Follow(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
    }
}
