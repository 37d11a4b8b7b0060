using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>Asks the loop to stop behind a number of steps.</summary>
internal sealed class StopAfter(int steps, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
{
    private int _steps;

    /// <summary>The plan with a validation that is stopped.</summary>
    public static TrainingPlan InValidation(TrainingPlan plan, CancellationTokenSource cancellation) => plan with
    {
        Validate = (_, stop) =>
        {
            cancellation.Cancel();
            stop.ThrowIfCancellationRequested();
            return null;
        },
    };

    /// <summary>The plan with a comparison on held-out pictures that is stopped.</summary>
    public static TrainingPlan InComparison(TrainingPlan plan, CancellationTokenSource cancellation) => plan with
    {
        CompareHeldOut = stop =>
        {
            cancellation.Cancel();
            stop.ThrowIfCancellationRequested();
            return null;
        },
    };

    public void Report(TrainingProgress value)
    {
        if (++_steps == steps)
        {
            cancellation.Cancel();
        }
    }
}
