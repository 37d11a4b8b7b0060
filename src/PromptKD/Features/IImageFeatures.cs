using PromptKD.Data.Loading;

namespace PromptKD.Features;

/// <summary>Where the teacher's image features come from: computed as they are needed, or stored before.</summary>
internal interface IImageFeatures : IDisposable
{
    /// <summary>The teacher's features of the very pixels in a batch.</summary>
    /// <returns>Normalised, float32, without gradient, [batch, teacher embedding].</returns>
    Tensor Of(Batch batch);
}
