using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Runtime.Processes;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>What one paper adds to CLIP: what is learned, the loss it learns from, and how it classifies.</summary>
internal interface ITrainedMethod : IClassifier
{
    /// <summary>The learned parameters under their checkpoint names, in a fixed order.</summary>
    IReadOnlyList<KeyValuePair<string, Parameter>> Trainable { get; }

    /// <summary>
    /// All that an interrupted run must keep of the method: <see cref="Trainable"/>, running statistics, averages.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, Tensor>> State { get; }

    /// <summary>
    /// What was learned, as it is measured and saved: <see cref="Trainable"/>, unless a method measures an average of
    /// it, or has running statistics.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, Tensor>> Deployed => NamedTensors.Of(Trainable);

    /// <summary>The frozen model that the method learns beside.</summary>
    FrozenModel Model { get; }

    /// <summary>
    /// A student that learns beside class vectors that stay as they are. Null for a method that learns with its text
    /// tower.
    /// </summary>
    DistilledStudent? Distilled => null;

    /// <summary>
    /// What classifies as the method does now, without a text tower: image tower, learned tokens, class vectors.
    /// Belongs to the method. Null for one whose texts differ from picture to picture.
    /// </summary>
    /// <param name="classNames">In label order.</param>
    DistilledStudent? Deploy(IReadOnlyList<string> classNames) => Distilled;

    /// <summary>Pictures a training batch needs at least.</summary>
    int SmallestBatch => 1;

    /// <summary>
    /// Told before the first step with whom each batch is shared. What a method computes of one picture, or as a mean
    /// over pictures, needs nothing; what it computes of a batch otherwise has to be of the whole batch.
    /// </summary>
    /// <param name="processes">All that have a part.</param>
    /// <exception cref="PromptKDException">The method computes something that cannot be shared.</exception>
    void ShareBatches(IProcessGroup processes)
    {
    }

    /// <summary>
    /// Takes part in a step without a picture: what the others exchange within <see cref="Loss"/> and its backward
    /// pass.
    /// </summary>
    void SitOut()
    {
    }

    /// <summary>Learning rate of a parameter, in units of the plan's; by default that of all.</summary>
    /// <param name="name">One of <see cref="Trainable"/>'s.</param>
    double RateFactor(string name) => 1;

    /// <summary>Switches layers that behave differently while training (batch normalisation).</summary>
    void SetTraining(bool training);

    /// <summary>Takes learned values over, as <see cref="Deployed"/> names them.</summary>
    /// <param name="tensors">By name; more than is learned may be there.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="PromptKDException">A learned value is missing or of another shape.</exception>
    void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source);

    /// <summary>Told behind each update of what is learned. Does nothing by default.</summary>
    void FinishStep()
    {
    }

    /// <summary>
    /// Told once behind the last step of an epoch, before the method is measured and saved. Does nothing by default.
    /// </summary>
    /// <param name="epoch">Counted from 1.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    void FinishEpoch(int epoch, int epochs)
    {
    }

    /// <summary>
    /// The part of the method that learns before its tower has prompts, from what the tower gives: see
    /// <see cref="ProjectorStart"/>. Null where nothing stands behind the tower.
    /// </summary>
    /// <param name="studentFeatures">What the frozen tower gives, not normalised; taken over.</param>
    ProjectorStart? Start(IImageFeatures studentFeatures) => null;

    /// <summary>The loss of one batch, with its graph.</summary>
    StepOutcome Loss(Batch batch);
}
