namespace PromptKD.Models.Weights.Hub;

/// <summary>A published model that can be given by name in every option that takes a model.</summary>
/// <param name="Name">As it is given, such as <c>siglip2:base-patch16-224</c>.</param>
/// <param name="Source">Where it lies: a repository of Hugging Face's hub, or OpenAI's file.</param>
/// <param name="ImageSize">Side of its pictures, pixels.</param>
/// <param name="Parameters">Of its image tower, without a classifier.</param>
/// <param name="MultiplyAdds">Of one picture through its image tower.</param>
/// <param name="Licence">Of the weights, as far as known here; the repository's own word counts.</param>
/// <param name="CanTeach">Whether it has a text tower.</param>
public sealed record PublishedModel(
    string Name, string Source, int ImageSize, long Parameters, long MultiplyAdds, string Licence, bool CanTeach)
{
    /// <summary>Whether the licence of its weights is known to allow research only.</summary>
    public bool IsForResearchOnly { get; init; }

    /// <summary>Whether its files are on this machine.</summary>
    public bool IsCached { get; init; }
}
