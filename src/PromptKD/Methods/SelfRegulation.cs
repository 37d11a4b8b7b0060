using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Methods;

/// <summary>
/// PromptSRC's loss: cross entropy, and three terms that keep the prompted CLIP near the plain one, in its image
/// features, its text features and its class probabilities.
/// </summary>
/// <remarks>arXiv 2307.06948, section 3.2.1; PromptSRC trainers/promptsrc.py, forward_backward. Each term already has
/// its weight.</remarks>
/// <param name="CrossEntropy">With the labels, nats.</param>
/// <param name="Logits">KL divergence of the two class distributions, averaged over batch × classes as in
/// <see cref="DistillationLoss"/>; of weight 1.</param>
/// <param name="Texts">Mean absolute difference of the text features.</param>
/// <param name="Images">Mean absolute difference of the image features.</param>
internal sealed record SelfRegulation(Tensor CrossEntropy, Tensor Logits, Tensor Texts, Tensor Images)
{
    /// <summary>The loss that is learned from, a scalar.</summary>
    public Tensor Total => Logits.Plus(Texts).Plus(Images).Plus(CrossEntropy);

    /// <summary>Computes the four terms.</summary>
    /// <param name="prompted">What the prompted CLIP gives.</param>
    /// <param name="plain">What the plain CLIP gives for the same, without gradient.</param>
    /// <param name="labels">int64, [batch].</param>
    /// <param name="textWeight">Of the text features' term; the paper's is 25.</param>
    /// <param name="imageWeight">Of the image features' term; the paper's is 10.</param>
    public static SelfRegulation Compute(
        ClipOutput prompted, ClipOutput plain, Tensor labels, double textWeight, double imageWeight) => new(
        functional.cross_entropy(prompted.Logits, labels),
        DistillationLoss.Compute(plain.Logits, prompted.Logits, temperature: 1),
        functional.l1_loss(prompted.Texts, plain.Texts).Times(textWeight),
        functional.l1_loss(prompted.Images, plain.Images).Times(imageWeight));
}

/// <summary>What a CLIP gives for a batch.</summary>
/// <param name="Images">Normalised, [batch, embedding].</param>
/// <param name="Texts">Normalised, [classes, embedding].</param>
/// <param name="Logits">[batch, classes].</param>
internal sealed record ClipOutput(Tensor Images, Tensor Texts, Tensor Logits);
