namespace PromptKD.Models.Weights.Pickle;

/// <summary>What a pickle is expected to be.</summary>
/// <param name="Name">In words, for messages.</param>
/// <param name="Advice">What to do about a damaged one: a sentence.</param>
/// <param name="Budget">Bytes of memory that its values may take.</param>
internal sealed record PickleKind(string Name, string Advice, long Budget)
{
    /// <summary>
    /// A checkpoint. That of a CLIP in TorchScript, the largest of those that are published, takes about 2 MB.
    /// </summary>
    public static PickleKind Checkpoint { get; } = new("PyTorch checkpoint", "Fetch the file again.", 32 << 20);

    /// <summary>The message for one that cannot be read.</summary>
    /// <param name="source">The file.</param>
    /// <param name="position">How many bytes of the pickle were read.</param>
    /// <param name="error">What is wrong with it.</param>
    public PromptKDException Fault(string source, long position, Exception error) => new(
        $"{source}: not a {Name}, cut short or damaged: byte {position} of its pickle: {error.Message} "
        + $"{Advice}", error);
}
