namespace PromptKD.Models.Weights.Pickle;

/// <summary>What a pickle is expected to be.</summary>
/// <param name="Name">In words, for messages.</param>
/// <param name="Advice">What to do about a damaged one: a sentence.</param>
/// <param name="Budget">Bytes of memory that its values may take.</param>
internal sealed record PickleKind(string Name, string Advice, long Budget)
{
    /// <summary>A checkpoint. That of a CLIP in TorchScript, the largest of those that are published, takes about 2 MB.</summary>
    public static PickleKind Checkpoint { get; } = new("PyTorch checkpoint", "Fetch the file again.", 32 << 20);
}
