using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Runtime.Processes;

namespace PromptKD.Training;

/// <summary>What the processes of a run tell each other beside its steps.</summary>
internal static class SharedRun
{
    private sealed record Standing(TrainingPosition Position, IReadOnlyDictionary<string, string> LearnedFrom);

    /// <summary>
    /// Hands the state of the first process to the others: how far it is, what was learned, momentum.
    /// </summary>
    /// <param name="plan">Who the others are.</param>
    /// <param name="method">What is trained.</param>
    /// <param name="step">Has the momentum.</param>
    /// <param name="position">How far this process is.</param>
    /// <param name="learnedFrom">A digest for each input that was learned from.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>The first process's.</returns>
    public static (TrainingPosition Position, IReadOnlyDictionary<string, string> LearnedFrom) Join(
        TrainingPlan plan,
        ITrainedMethod method,
        TrainingStep step,
        TrainingPosition position,
        IReadOnlyDictionary<string, string> learnedFrom,
        CancellationToken stop)
    {
        IProcessGroup processes = plan.Processes;
        if (processes.IsAlone())
        {
            return (position, learnedFrom);
        }

        Standing standing = processes.FromLeader(() => new Standing(position, learnedFrom), stop);
        SharedState.Copy(processes, method.State, stop);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> momentum = SharedState.Send(processes, step.State, stop);
        if (!processes.IsLeader())
        {
            step.LoadState(momentum, mustBeWhole: false);
            foreach (SkippedPicture picture in standing.Position.Skipped)
            {
                plan.Skipped.Add(picture);
            }
        }

        return (standing.Position, standing.LearnedFrom);
    }

    /// <summary>Lets each process know of the pictures that others could not read.</summary>
    /// <param name="plan">Has those of this process.</param>
    public static void GatherSkipped(TrainingPlan plan)
    {
        SkippedPicture[] own = [.. plan.Skipped];
        foreach (SkippedPicture picture in plan.Processes
            .GatherValues(own, CancellationToken.None)
            .SelectMany(one => one))
        {
            plan.Skipped.Add(picture);
        }
    }
}
