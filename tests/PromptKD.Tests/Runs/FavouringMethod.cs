using PromptKD.Data.Loading;
using PromptKD.Methods;
using TorchSharp.Modules;

namespace PromptKD.Tests.Runs;

/// <summary>
/// Learns nothing, and likes a class the better the lower its label is: of any range of classes it takes the first.
/// Remembers the pictures that it was shown.
/// </summary>
internal sealed class FavouringMethod(int classes) : ITrainedMethod
{
    /// <summary>Pictures of each batch.</summary>
    public List<long> BatchSizes { get; } = [];

    /// <summary>The first batch, a copy.</summary>
    public Tensor? FirstBatch { get; private set; }

    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [];

    public IReadOnlyList<KeyValuePair<string, Tensor>> State => [];

    public FrozenModel Model => throw new NotSupportedException();

    public Tensor Classify(Tensor images)
    {
        BatchSizes.Add(images.shape[0]);
        FirstBatch ??= images.clone().DetachFromDisposeScope();
        return arange(classes, 0, -1).to(ScalarType.Float32).unsqueeze(0).repeat(images.shape[0], 1);
    }

    public void SetTraining(bool training)
    {
    }

    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        throw new NotSupportedException();

    public StepOutcome Loss(Batch batch) => throw new NotSupportedException();

    public void Dispose() => FirstBatch?.Dispose();
}
