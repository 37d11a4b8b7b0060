using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Models.Prompts;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// PromptKD's projector by itself, on features that the student's tower gave before anything was learned: as long as no
/// token is in the tower, what it gives is frozen, and an epoch costs no pass of it. Ours.
/// </summary>
/// <param name="method">Whose projector learns; stays its owner's.</param>
/// <param name="features">What the student's tower gives, not normalised, in the teacher's views; taken over.</param>
internal sealed class ProjectorStart(PromptKDMethod method, IImageFeatures features) : ITrainedMethod
{
    /// <summary>The projector's weights.</summary>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [.. method.Trainable.Where(IsProjectors)];

    /// <summary>The projector's weights and running statistics.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => [.. method.State.Where(IsProjectors)];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Deployed => State;

    /// <inheritdoc/>
    public FrozenModel Model => method.Model;

    /// <inheritdoc/>
    public int SmallestBatch => method.SmallestBatch;

    /// <inheritdoc/>
    public void SetTraining(bool training) => method.SetTraining(training);

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        method.LoadLearned(tensors, source);

    /// <summary>The method's own loss, of a batch without pixels.</summary>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return method.Compare(batch, method.Distilled.Student.Project(features.Of(batch))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => method.Classify(images);

    /// <inheritdoc/>
    public void Dispose() => features.Dispose();

    private static bool IsProjectors<T>(KeyValuePair<string, T> named) =>
        named.Key.StartsWith(Student.ProjectorPrefix, StringComparison.Ordinal);
}
