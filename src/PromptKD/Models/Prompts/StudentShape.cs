namespace PromptKD.Models.Prompts;

/// <summary>Sizes of what a student learns.</summary>
/// <param name="PromptLength">Learned tokens added to each image sequence.</param>
/// <param name="PromptDepth">Layers that get learned tokens, counted from the input; 0 for none.</param>
/// <param name="TeacherEmbedding">Width of the teacher's feature space, into which the projector leads.</param>
/// <param name="RoundPromptsToHalf">Rounds inserted prompts through float16, as the reference does.</param>
internal sealed record StudentShape(
    int PromptLength, int PromptDepth, int TeacherEmbedding, bool RoundPromptsToHalf = false)
{
    /// <summary>Linear layers of the projector; 0 for none, which leaves features in the tower's own space.</summary>
    public int ProjectorLayers { get; init; } = Projector.UsualLayers;

    /// <summary>Whether the tower's own weights learn.</summary>
    public bool TunesTower { get; init; }

    /// <summary>
    /// How many of the tower's last layers or blocks learn where it does, with all behind them; 0 for all.
    /// </summary>
    public int TunedLayers { get; init; }

    /// <summary>Whether batch normalisation in a tower that learns moves its statistics.</summary>
    public bool MovesStatistics { get; init; }
}
