using PromptKD.Training;

namespace PromptKD.Tests.Runs;

/// <summary>Remembers what a run says, and does something at each step.</summary>
internal sealed class Listener(Action? atStep = null) : ITrainingObserver
{
    public List<string> Phases { get; } = [];

    /// <summary>Hears each phase, too.</summary>
    public Action<string>? AtPhase { get; init; }

    public List<string> Warnings { get; } = [];

    /// <summary>Warnings so far when the first step was done.</summary>
    public List<string> WarningsBeforeTraining { get; } = [];

    public int Steps { get; private set; }

    public void OnPhase(string description)
    {
        Phases.Add(description);
        AtPhase?.Invoke(description);
    }

    public void OnWarning(string message) => Warnings.Add(message);

    public void OnStep(TrainingProgress progress)
    {
        if (Steps++ == 0)
        {
            WarningsBeforeTraining.AddRange(Warnings);
        }

        atStep?.Invoke();
    }
}
