using PromptKD.Runtime;

namespace PromptKD.Cli.Terminal;

/// <summary>Shows what is odd, and on a terminal, if asked to, how far the work is; nothing else.</summary>
/// <param name="showsProgress">Whether nothing else is written to the terminal meanwhile.</param>
internal sealed class WarningsDisplay(bool showsProgress = false) : IRunObserver
{
    private readonly RunDisplay? _progress = showsProgress && Window.IsThere ? new RunDisplay() : null;

    /// <inheritdoc/>
    public void OnWarning(string message) => Messages.Warning(message);

    /// <inheritdoc/>
    public void OnClassified(int done, int total) => _progress?.OnClassified(done, total);
}
