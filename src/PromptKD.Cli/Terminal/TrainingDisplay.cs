using PromptKD.Training;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Shows a training as Dassl's programs do: their lines go to standard output. What they do not print goes to
/// standard error.
/// </summary>
internal sealed class TrainingDisplay : ITrainingObserver
{
    private readonly RunDisplay _others = new();

    /// <inheritdoc/>
    public void OnPrint(string line)
    {
        Messages.EraseStatus();
        Answers.LogLine(line);
    }

    /// <inheritdoc/>
    public void OnPhase(string description) => _others.OnPhase(description);

    /// <inheritdoc/>
    public void OnWarning(string message) => _others.OnWarning(message);

    /// <inheritdoc/>
    public void OnFetched(Uri source, long received, long? total) => _others.OnFetched(source, received, total);

    /// <inheritdoc/>
    public void OnStored(long done, long total) => _others.OnStored(done, total);

    /// <inheritdoc/>
    public void OnTraining(bool fromLabels) => _others.OnTraining(fromLabels);

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch) => _others.OnEpoch(epoch);
}
