using Microsoft.Extensions.Logging;

namespace PromptKD.Training;

/// <summary>Writes to a log how a run goes: phases, epochs, warnings; steps where the log takes debug lines.</summary>
/// <param name="logger">Receives it.</param>
public sealed partial class LoggingObserver(ILogger logger) : ITrainingObserver
{
    /// <inheritdoc/>
    public void OnPhase(string description) => LogPhase(logger, description);

    /// <inheritdoc/>
    public void OnPrint(string line) => LogPhase(logger, line);

    /// <inheritdoc/>
    public void OnWarning(string message) => LogWarning(logger, message);

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        LogStep(logger, progress.Epoch, progress.Batch, progress.Loss);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        LogEpoch(logger, epoch.Epoch, epoch.Loss, epoch.Agreement);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Phase}")]
    private static partial void LogPhase(ILogger logger, string phase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private static partial void LogWarning(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Epoch {Epoch}, batch {Batch}: loss {Loss}")]
    private static partial void LogStep(ILogger logger, int epoch, int batch, double loss);

    [LoggerMessage(Level = LogLevel.Information, Message = "Epoch {Epoch}: loss {Loss}, agreement {Agreement}")]
    private static partial void LogEpoch(ILogger logger, int epoch, double loss, double agreement);
}
