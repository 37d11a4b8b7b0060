using PromptKD.Data.Loading;

namespace PromptKD.Features;

/// <summary>
/// Where the image features of a frozen tower come from: computed as they are needed, or stored before.
/// </summary>
internal interface IImageFeatures : IDisposable
{
    /// <summary>The features of the pictures in a batch, in the very view that it shows.</summary>
    /// <returns>
    /// Float32, without gradient, [batch, embedding]; of length 1, but where they were made for a projector.
    /// </returns>
    Tensor Of(Batch batch);
}
