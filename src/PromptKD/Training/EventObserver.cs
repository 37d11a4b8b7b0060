namespace PromptKD.Training;

/// <summary>Hands on what it is told as <see cref="RunEvent"/>s, in order, from the thread that computes.</summary>
/// <param name="events">Receives them.</param>
public sealed class EventObserver(IProgress<RunEvent> events) : ITrainingObserver
{
    /// <inheritdoc/>
    public void OnPhase(string description) => events.Report(new PhaseBegan(description));

    /// <inheritdoc/>
    public void OnPrint(string line) => events.Report(new LinePrinted(line));

    /// <inheritdoc/>
    public void OnWarning(string message) => events.Report(new WarningGiven(message));

    /// <inheritdoc/>
    public void OnFetched(Uri source, long received, long? total) =>
        events.Report(new ModelFetched(source, received, total));

    /// <inheritdoc/>
    public void OnStored(long done, long total) => events.Report(new FeaturesStored(done, total));

    /// <inheritdoc/>
    public void OnTraining(bool fromLabels) => events.Report(new TrainingBegan(fromLabels));

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress) => events.Report(new StepDone(progress));

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch) => events.Report(new EpochDone(epoch));
}
