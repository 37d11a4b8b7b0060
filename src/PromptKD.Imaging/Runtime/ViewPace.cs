namespace PromptKD.Runtime;

/// <summary>What a view of a picture takes where features are stored, in the mean of some batches.</summary>
/// <param name="Loading">Seconds for which towers wait until it is decoded and prepared.</param>
/// <param name="Teacher">The teacher's tower; null where it was not asked.</param>
/// <param name="Student">The student's; null where it was not asked.</param>
internal sealed record ViewPace(double Loading, TowerPace? Teacher, TowerPace? Student);

/// <summary>What a tower takes.</summary>
/// <param name="Seconds">For a picture of a batch, forward.</param>
/// <param name="EmbeddingSize">Dimensions of its features.</param>
internal sealed record TowerPace(double Seconds, int EmbeddingSize)
{
    /// <summary>Bytes of its weights; 0 where they are not counted.</summary>
    public long Bytes { get; init; }
}
