using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Features;

/// <summary>
/// What a frozen tower without prompts gives, as a projector behind it wants it: not brought to length 1.
/// </summary>
/// <param name="encoder">The tower.</param>
/// <param name="preparation">How it wants pictures to be prepared.</param>
/// <param name="ownsEncoder">Whether the tower is taken over; else it stays its owner's.</param>
internal sealed class TowerFeatures(ImageEncoder encoder, Preprocessing preparation, bool ownsEncoder = false)
    : IImageFeatures
{
    /// <summary>Reads the image tower of a CLIP.</summary>
    /// <param name="clip">Stays its owner's.</param>
    /// <param name="preparation">How it wants pictures to be prepared.</param>
    /// <param name="target">Where it computes, and in which element type.</param>
    /// <exception cref="PromptKDException">The checkpoint is not of that architecture.</exception>
    public static TowerFeatures Read(ClipCheckpoint clip, Preprocessing preparation, ComputeTarget target)
    {
        using var parts = new Unfinished();
        ImageEncoder encoder = parts.Add(ImageEncoder.Create(clip.Architecture, target.Type, target.Device));
        ModuleWeights.Fill(encoder, clip.Tensors, "visual.", clip.Description);
        return parts.HandOver(new TowerFeatures(encoder, preparation, ownsEncoder: true));
    }

    /// <inheritdoc/>
    public Tensor Of(Batch batch)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return encoder.forward(batch.Pixels(preparation), prompts: null)
            .to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsEncoder)
        {
            encoder.Dispose();
        }
    }
}
