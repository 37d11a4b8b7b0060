namespace PromptKD.Models.Costs;

/// <summary>What a computation costs, counted on shapes.</summary>
/// <remarks>
/// A multiply-add, one product of two numbers and its place in a sum, counts once. Published tables call the same thing
/// a FLOP (fvcore, and with it the papers of CoOp's family), or two (open_clip's).
/// </remarks>
/// <param name="Weighed">Multiply-adds of convolutions and of products with weights.</param>
/// <param name="Attended">Multiply-adds of tokens with each other: attention's scores, and the mixing by them.</param>
/// <param name="Normalised">Numbers that layer normalisations give.</param>
internal readonly record struct Operations(long Weighed, long Attended = 0, long Normalised = 0)
{
    // What fvcore takes one number of a layer normalisation for.
    private const int PublishedPerNormalised = 5;

    /// <summary>Multiply-adds of all products.</summary>
    public long MultiplyAdds => Weighed + Attended;

    /// <summary>
    /// As the rows of CoOp, CoCoOp and PromptSRC in table 7 of PromptKD come out (arXiv 2403.02781): by fvcore's rules,
    /// where attention is fused and its products are not seen.
    /// </summary>
    public long AsPublished => Weighed + (PublishedPerNormalised * Normalised);

    public static Operations operator +(Operations one, Operations other) => new(
        one.Weighed + other.Weighed, one.Attended + other.Attended, one.Normalised + other.Normalised);

    public static Operations operator *(long times, Operations one) => new(
        times * one.Weighed, times * one.Attended, times * one.Normalised);
}
