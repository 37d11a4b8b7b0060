using PromptKD.Training;

namespace PromptKD.Tests;

/// <summary>
/// Watches a run: counts its steps, keeps what it prints, and does something at one step of this call.
/// </summary>
internal sealed class Interrupter(Action? interrupt, int atStep = 1) : ITrainingObserver
{
    public int Steps { get; private set; }

    public List<EpochRecord> Epochs { get; } = [];

    public List<string> Printed { get; } = [];

    public void OnStep(TrainingProgress progress)
    {
        Steps++;
        if (Steps == atStep)
        {
            interrupt?.Invoke();
        }
    }

    public void OnEpoch(EpochRecord epoch) => Epochs.Add(epoch);

    public void OnPrint(string line) => Printed.Add(line);
}
