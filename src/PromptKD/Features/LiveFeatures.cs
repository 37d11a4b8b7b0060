using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;

namespace PromptKD.Features;

/// <summary>Computes image features batch by batch, as the paper does.</summary>
/// <param name="encoder">The frozen tower; taken over.</param>
/// <param name="prompts">The tower's own learned prompts, or null for plain CLIP; taken over.</param>
/// <param name="preparation">How the tower wants pictures to be prepared; null: as the first of a batch's.</param>
internal sealed class LiveFeatures(ImageEncoder encoder, LayerPrompts? prompts, Preprocessing? preparation = null)
    : IImageFeatures
{
    /// <summary>How the tower wants pictures to be prepared; null: as the first of a batch's.</summary>
    public Preprocessing? Preparation => preparation;

    /// <summary>Whether the tower's values stay as they are: they are scores of a teacher of one's own.</summary>
    public bool GivesScores { get; init; }

    /// <summary>Bytes of the tower's weights.</summary>
    public long Bytes => encoder.parameters().Sum(weight => weight.numel() * weight.dtype.ElementSize());

    /// <inheritdoc/>
    public Tensor Of(Batch batch) => Of(preparation is null ? batch.Images : batch.Pixels(preparation));

    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Normalised features, float32, [batch, embedding]; or scores, [batch, classes].</returns>
    public Tensor Of(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor seen = encoder.forward(images, prompts);
        return (GivesScores ? seen : nn.functional.normalize(seen, dim: -1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        encoder.Dispose();
        foreach (Tensor tokens in prompts?.Tokens ?? [])
        {
            tokens.Dispose();
        }
    }
}
