using PromptKD.Data.Loading;

namespace PromptKD.Methods;

/// <summary>Learning from labels: cross entropy over the classes.</summary>
internal static class LabelLoss
{
    /// <summary>The outcome of a step whose only loss is the cross entropy.</summary>
    /// <param name="logits">[batch, classes].</param>
    /// <param name="batch">With labels.</param>
    /// <param name="texts">The text features behind the logits.</param>
    public static StepOutcome Of(Tensor logits, Batch batch, ChunkedTensor texts)
    {
        Tensor labels = Labels(batch, logits);
        Tensor loss = nn.functional.cross_entropy(logits, labels);
        return new StepOutcome(loss, Matches(logits, labels)) { Texts = texts };
    }

    /// <returns>The labels of a batch, int64, where the logits are, [batch].</returns>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static Tensor Labels(Batch batch, Tensor logits) =>
        batch.Labels?.to(ScalarType.Int64, logits.device)
        ?? throw new InvalidOperationException("This method learns from labels, and the batch has none.");

    /// <returns>How many pictures' best class is their label: int64 scalar.</returns>
    public static Tensor Matches(Tensor logits, Tensor labels) => logits.argmax(-1).eq(labels).sum();
}
