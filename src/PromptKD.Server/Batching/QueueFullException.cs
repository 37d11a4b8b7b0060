namespace PromptKD.Server.Batching;

/// <summary>There is no place for more pictures now.</summary>
internal sealed class QueueFullException(int places)
    : Exception($"All {places} places for pictures are taken. Come again.");
