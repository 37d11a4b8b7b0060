namespace PromptKD.Methods;

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

    /// <summary>Done behind the backward pass; null for nothing.</summary>
    public Action? AfterBackward { get; init; }

    /// <summary>The whole backward pass: gradients of everything learned.</summary>
    /// <param name="scaled">
    /// The loss, scaled where gradients would be too small for their type; null for the loss.
    /// </param>
    public void Backward(Tensor? scaled = null)
    {
        (scaled ?? Loss).backward();
        Texts?.Backward();
        AfterBackward?.Invoke();
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
