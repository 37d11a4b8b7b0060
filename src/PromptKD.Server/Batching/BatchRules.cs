namespace PromptKD.Server.Batching;

/// <summary>How pictures become batches.</summary>
/// <param name="Size">Most pictures of one.</param>
/// <param name="Delay">How long the first waits, at most, for as many as came the last time.</param>
/// <param name="Workers">How many batches are computed at the same time; they share what is on its way.</param>
internal sealed record BatchRules(int Size, TimeSpan Delay, int Workers);
