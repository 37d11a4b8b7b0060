namespace PromptKD.Cli.Terminal;

/// <summary>Standard output, which was to receive the result, cannot be written.</summary>
/// <param name="fault">What the operating system said.</param>
internal sealed class OutputLostException(IOException fault)
    : Exception($"Cannot write to standard output: {fault.Message}.", fault)
{
    private const int BrokenPipe = 32;

    /// <summary>Whether whoever read it has had enough, as <c>head</c> has.</summary>
    public bool IsClosedPipe => fault.HResult == BrokenPipe;
}
