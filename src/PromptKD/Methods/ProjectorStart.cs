using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Models.Prompts;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;
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
    private const int PicturesAtATime = 256;

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
    public double RateFactor(string name) => method.RateFactor(name);

    /// <summary>
    /// Begins with a projector that fits the features of the first teacher, into whose space it leads: see
    /// <see cref="ProjectorFit"/>.
    /// </summary>
    /// <param name="strength">DISTILL.START.RIDGE, above 0.</param>
    /// <param name="pictures">Places of the pictures that are learned from.</param>
    /// <param name="views">Views that are stored of each.</param>
    public void Fit(double strength, IReadOnlyList<int> pictures, int views)
    {
        SetTraining(false);
        Teacher teacher = method.Teacher.Members[0];
        new ProjectorFit(method.Distilled.Student.Projector, strength).To(Pairs);

        IEnumerable<(Tensor Given, Tensor Wanted)> Pairs()
        {
            foreach (int[] some in pictures.Chunk(PicturesAtATime))
            {
                for (int view = 0; view < views; view++)
                {
                    using var batch = new Batch([], [], labels: null, some) { View = view };
                    yield return (features.Of(batch), teacher.ImageFeatures(batch));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void ShareBatches(IProcessGroup processes) => method.ShareBatches(processes);

    /// <inheritdoc/>
    public void SitOut() => method.SitOut();

    /// <inheritdoc/>
    public void SetTraining(bool training) => method.SetTraining(training);

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        method.LoadLearned(tensors, source);

    /// <summary>The method's own loss, of a batch without pixels.</summary>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return method.CompareTower(batch, features.Of(batch)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => method.Classify(images);

    /// <inheritdoc/>
    public void Dispose() => features.Dispose();

    private static bool IsProjectors<T>(KeyValuePair<string, T> named) =>
        named.Key.StartsWith(Student.ProjectorPrefix, StringComparison.Ordinal);
}
