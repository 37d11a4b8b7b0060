using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Golden.Checks;

/// <summary>What a CLIP makes of images and tokens, without prompts, in float32.</summary>
internal static class PlainFeatures
{
    /// <param name="clip">An open checkpoint.</param>
    /// <param name="images">[images, 3, size, size].</param>
    /// <param name="tokens">[texts, context].</param>
    /// <returns>Features that are not normalised, [images or texts, embedding], and logits [images, texts].</returns>
    public static Dictionary<string, Tensor> Compute(ClipCheckpoint clip, Tensor images, Tensor tokens)
    {
        using IDisposable noGradients = no_grad();
        using var imageEncoder = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        using var textEncoder = new TextEncoder(clip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(imageEncoder, clip.Tensors, "visual.", clip.Description);
        ModuleWeights.Fill(textEncoder, clip.Tensors, "", clip.Description);
        Tensor imageFeatures = imageEncoder.forward(images, prompts: null);
        Tensor textFeatures = textEncoder.forward(tokens, prompts: null);
        Tensor cosines = nn.functional.normalize(imageFeatures, dim: -1)
            .matmul(nn.functional.normalize(textFeatures, dim: -1).t());
        return new Dictionary<string, Tensor>
        {
            ["image_features"] = imageFeatures,
            ["text_features"] = textFeatures,
            ["logits_per_image"] = Math.Exp(clip.LogitScale) * cosines,
        };
    }
}
