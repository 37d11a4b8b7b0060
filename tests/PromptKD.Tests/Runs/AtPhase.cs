using PromptKD.Training;

namespace PromptKD.Tests.Runs;

/// <summary>Does something once, when a run says what begins so; remembers what it says.</summary>
internal sealed class AtPhase(string beginning, Action act) : ITrainingObserver
{
    private bool _isDone;

    public List<string> Phases { get; } = [];

    public List<string> Warnings { get; } = [];

    public void OnWarning(string message) => Warnings.Add(message);

    public void OnPhase(string description)
    {
        Phases.Add(description);
        if (!_isDone && description.StartsWith(beginning, StringComparison.Ordinal))
        {
            _isDone = true;
            act();
        }
    }
}
