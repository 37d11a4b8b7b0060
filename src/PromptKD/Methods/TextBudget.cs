using PromptKD.Runtime;

namespace PromptKD.Methods;

/// <summary>
/// How many sentences a training step encodes at a time: as many as memory holds the graph of, so that sentences are
/// encoded twice (<see cref="ChunkedTensor"/>) only where they have to be.
/// </summary>
/// <param name="Chunk">Sentences at a time; 0 to choose by memory.</param>
/// <param name="Gibibytes">What training may take in all, GiB; 0 for what is free.</param>
internal sealed record TextBudget(int Chunk = 0, double Gibibytes = 0)
{
    /// <summary>
    /// Where there is no room at all: fewer at a time would save little, and cost a multiple of the time.
    /// </summary>
    public const int SmallestChoice = 16;

    // The rest is for going back through the graph, and for what the estimate leaves out.
    private const double ShareOfRoom = 0.8;

    private const double BytesPerGibibyte = 1024.0 * 1024 * 1024;

    /// <summary>
    /// Chooses. To be asked when all else that a step keeps is in memory: weights, and the images' graph.
    /// </summary>
    /// <param name="bytesPerSentence">What one sentence keeps for the backward pass.</param>
    /// <param name="device">Where.</param>
    /// <returns>Sentences at a time; 0 for all, where nothing is known of the memory.</returns>
    public int Choose(long bytesPerSentence, Device device) => Chunk > 0
        ? Chunk
        : DeviceMemory.Read(device) is { } memory ? Choose(memory, bytesPerSentence) : 0;

    /// <summary>Chooses by numbers.</summary>
    /// <param name="memory">Free and used now.</param>
    /// <param name="bytesPerSentence">What one sentence keeps for the backward pass.</param>
    internal int Choose(DeviceMemory memory, long bytesPerSentence)
    {
        double room = Gibibytes > 0
            ? Math.Min(memory.Free, (Gibibytes * BytesPerGibibyte) - memory.Used)
            : memory.Free;
        return (int)Math.Clamp(ShareOfRoom * room / bytesPerSentence, SmallestChoice, int.MaxValue);
    }
}
