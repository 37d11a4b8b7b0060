using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Teachers;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>Plain CLIP: images are compared with the texts of the class names, and nothing is learned.</summary>
/// <remarks>arXiv 2103.00020, section 3.1; CoOp trainers/zsclip.py.</remarks>
/// <param name="images">The image tower; taken over.</param>
/// <param name="classVectors">The text features of the classes, by the same CLIP; taken over.</param>
internal sealed class ZeroShotMethod(LiveFeatures images, ClassVectors classVectors) : ITrainedMethod
{
    /// <summary>Nothing.</summary>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [];

    /// <summary>Nothing.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => [];

    /// <summary>A name of ours: the family's programs save nothing here.</summary>
    public string CheckpointFolder => "ZeroshotCLIP";

    /// <summary>Nothing.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> CheckpointState => [];

    /// <inheritdoc/>
    public int SmallestBatch => 1;

    /// <summary>Nothing here behaves differently while training.</summary>
    public void SetTraining(bool training)
    {
    }

    /// <summary>There is nothing to load.</summary>
    public void LoadCheckpoint(IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public StepOutcome Loss(Batch batch) =>
        throw new InvalidOperationException("Plain CLIP learns nothing; it can only classify.");

    /// <inheritdoc/>
    public Tensor Classify(Tensor pixels)
    {
        using IDisposable noGradients = no_grad();
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
