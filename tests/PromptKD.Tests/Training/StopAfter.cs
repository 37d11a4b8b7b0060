using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>Asks the loop to stop behind a number of steps.</summary>
internal sealed class StopAfter(int steps, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
{
    private int _steps;

    public void Report(TrainingProgress value)
    {
        if (++_steps == steps)
        {
            cancellation.Cancel();
        }
    }
}
