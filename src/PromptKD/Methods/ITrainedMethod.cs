using PromptKD.Data.Loading;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>What one paper adds to CLIP: what is learned, the loss it learns from, and how it classifies.</summary>
internal interface ITrainedMethod : IDisposable
{
    /// <summary>The learned parameters under their checkpoint names, in a fixed order.</summary>
    IReadOnlyList<KeyValuePair<string, Parameter>> Trainable { get; }

    /// <summary>
    /// All that a checkpoint must hold of the method: <see cref="Trainable"/> and running statistics.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, Tensor>> State { get; }

    /// <summary>
    /// The folder, below the output folder, in which the family's programs keep this method's checkpoints.
    /// </summary>
    string CheckpointFolder { get; }

    /// <summary>
    /// All that the family's programs save of this method, under their names and in their order: frozen weights and
    /// buffers too, where they do.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, Tensor>> CheckpointState { get; }

    /// <summary>Pictures a training batch needs at least.</summary>
    int SmallestBatch { get; }

    /// <summary>Switches layers that behave differently while training (batch normalisation).</summary>
    void SetTraining(bool training);

    /// <summary>Takes the learned values of a checkpoint as <see cref="CheckpointState"/> makes one.</summary>
    /// <param name="tensors">By name; more than is learned may be there.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="PromptKDException">A learned value is missing or of another shape.</exception>
    void LoadCheckpoint(IReadOnlyDictionary<string, Tensor> tensors, string source);

    /// <summary>
    /// Told after the last step of an epoch, before the method is measured and saved. Does nothing by default.
    /// </summary>
    /// <param name="epoch">Counted from 1.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    void FinishEpoch(int epoch, int epochs)
    {
    }

    /// <summary>The loss of one batch, with its graph.</summary>
    StepOutcome Loss(Batch batch);

    /// <summary>Scores of every class, without gradient.</summary>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    Tensor Classify(Tensor images);
}

/// <summary>What a training step learned of its batch.</summary>
/// <param name="Loss">A scalar with its graph.</param>
/// <param name="Matches">int64 scalar: pictures whose best class is the one asked for (the label, or the teacher's
/// own choice where there are no labels).</param>
internal sealed record StepOutcome(Tensor Loss, Tensor Matches)
{
    /// <summary>
    /// Text features whose part of the backward pass is done chunk by chunk; null where there are none.
    /// </summary>
    public ChunkedTensor? Texts { get; init; }

    /// <summary>The whole backward pass: gradients of everything learned.</summary>
    public void Backward()
    {
        Loss.backward();
        Texts?.Backward();
    }

    /// <summary>Moves the tensors to the scope around the present one.</summary>
    public StepOutcome MoveToOuterDisposeScope()
    {
        Loss.MoveToOuterDisposeScope();
        Matches.MoveToOuterDisposeScope();
        Texts?.MoveToOuterDisposeScope();
        return this;
    }
}
