using PromptKD.Data.Loading;
using PromptKD.Models.Clip;

namespace PromptKD.Features;

/// <summary>Computes the teacher's image features batch by batch, as the paper does.</summary>
/// <param name="encoder">The frozen tower; taken over.</param>
/// <param name="prompts">The teacher's own learned vision prompts, or null for plain CLIP; taken over.</param>
internal sealed class LiveFeatures(ImageEncoder encoder, LayerPrompts? prompts) : IImageFeatures
{
    /// <inheritdoc/>
    public Tensor Of(Batch batch) => Of(batch.Images);

    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Normalised features, float32, [batch, embedding].</returns>
    public Tensor Of(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.normalize(encoder.forward(images, prompts), dim: -1).MoveToOuterDisposeScope();
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
