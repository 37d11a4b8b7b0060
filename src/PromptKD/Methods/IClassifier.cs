namespace PromptKD.Methods;

/// <summary>Scores pictures: all that evaluation and inference need of a model.</summary>
internal interface IClassifier : IDisposable
{
    /// <summary>Scores of every class, without gradient.</summary>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    Tensor Classify(Tensor images);
}
