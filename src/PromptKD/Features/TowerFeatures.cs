using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;

namespace PromptKD.Features;

/// <summary>What a frozen tower without prompts gives, as a projector behind it wants it: not brought to length 1.</summary>
/// <param name="encoder">The tower.</param>
/// <param name="preparation">How it wants pictures to be prepared.</param>
/// <param name="ownsEncoder">Whether the tower is taken over; else it stays its owner's.</param>
internal sealed class TowerFeatures(ImageEncoder encoder, Preprocessing preparation, bool ownsEncoder = false)
    : IImageFeatures
{
    /// <inheritdoc/>
    public Tensor Of(Batch batch)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return encoder.forward(batch.Pixels(preparation), prompts: null).to(ScalarType.Float32).MoveToOuterDisposeScope();
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
