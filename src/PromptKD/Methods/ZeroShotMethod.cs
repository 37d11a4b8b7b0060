using PromptKD.Features;

namespace PromptKD.Methods;

/// <summary>Plain CLIP: images are compared with the texts of the class names, and nothing is learned.</summary>
/// <remarks>arXiv 2103.00020, section 3.1.</remarks>
/// <param name="images">The image tower; taken over.</param>
/// <param name="classVectors">The text features of the classes, by the same CLIP; taken over.</param>
internal sealed class ZeroShotMethod(LiveTeacher images, ClassVectors classVectors) : IDisposable
{
    /// <param name="pixels">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor Classify(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return classVectors.Compare(images.Of(pixels), classVectors.LogitScale).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        images.Dispose();
        classVectors.Dispose();
    }
}
