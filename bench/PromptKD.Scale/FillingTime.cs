namespace PromptKD.Scale;

/// <summary>How long a store takes.</summary>
/// <param name="Digests">Until every task has listed all pictures and knows their digests, seconds.</param>
/// <param name="Whole">Until the last shard is there, seconds.</param>
/// <param name="Busy">Share of it in which a machine makes shards, in the mean.</param>
/// <param name="Failures">Of machines.</param>
internal sealed record FillingTime(double Digests, double Whole, double Busy, int Failures);
