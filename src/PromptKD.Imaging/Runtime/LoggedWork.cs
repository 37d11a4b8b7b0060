using Microsoft.Extensions.Logging;

namespace PromptKD.Runtime;

/// <summary>Writes to a log what an observer is told.</summary>
/// <param name="logger">Receives phases and warnings.</param>
internal sealed partial class LoggedWork(ILogger logger) : IRunObserver
{
    /// <inheritdoc/>
    public void OnPhase(string description) => LogPhase(logger, description);

    /// <inheritdoc/>
    public void OnWarning(string message) => LogWarning(logger, message);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Phase}")]
    private static partial void LogPhase(ILogger logger, string phase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private static partial void LogWarning(ILogger logger, string message);
}
