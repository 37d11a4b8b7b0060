using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// Says once, behind the first steps, what the run is going to take. The first two make caches and threads ready; the
/// median of those behind them is what a step takes.
/// </summary>
/// <param name="run">Its log is told each step of an epoch, too.</param>
/// <param name="plan">How many steps and epochs.</param>
/// <param name="measuring">What is known of the time that measuring takes behind an epoch.</param>
internal sealed class RunForecast(OpenRun run, TrainingPlan plan, Func<TimeSpan> measuring)
    : IProgress<TrainingProgress>
{
    private const int StepsLeftOut = 2;
    private const int StepsMeasured = 9;

    private readonly List<TimeSpan> _steps = [];
    private bool _isSaid;

    /// <summary>Whether these are the passes of a start: many and short, and told by themselves.</summary>
    public bool IsOfStart { get; init; }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (!IsOfStart)
        {
            run.Log.OnStep(value);
        }

        if (_isSaid)
        {
            return;
        }

        _steps.Add(value.Duration);
        bool isKnown = _steps.Count == StepsLeftOut + StepsMeasured
            || (_steps.Count > StepsLeftOut && value.Batch == value.Batches);
        if (isKnown)
        {
            _isSaid = true;
            RunEstimate estimate = Of(value);
            if (estimate.Epochs > 0)
            {
                run.Log.OnPhase(estimate.Describe() + Behind());
            }
        }
    }

    private string Behind() => IsOfStart && run.Settings.Config.Optim.MaxEpoch > 0
        ? $"; then {Counted.Of(run.Settings.Config.Optim.MaxEpoch, "epoch")}, of which more is known behind the first "
            + "steps"
        : "";

    private RunEstimate Of(TrainingProgress now)
    {
        TimeSpan[] steps = [.. _steps.Skip(StepsLeftOut).Order()];
        DeviceMemory? memory = DeviceMemory.Read(run.Context.Target.Device);
        double done = now.Epoch - 1 + ((double)now.Batch / now.Batches);
        return new RunEstimate(
            steps[steps.Length / 2], plan.BatchesPerEpoch, measuring(), now.Epochs - done, memory?.Used, memory?.Free)
        {
            Unit = IsOfStart ? "passes" : "epochs",
            UnitOfOne = IsOfStart ? "pass" : "epoch",
        };
    }
}
