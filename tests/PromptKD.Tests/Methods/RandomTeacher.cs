using PromptKD.Data.Loading;
using PromptKD.Features;

namespace PromptKD.Tests.Methods;

/// <summary>A teacher that sees nothing: its features depend on the number of the batch only.</summary>
internal sealed class RandomTeacher : IImageFeatures
{
    public Tensor Of(Batch batch) => nn.functional.normalize(
        TinyClip.Random((ulong)(500 + batch.Number), batch.Images.shape[0], 6), dim: -1);

    public void Dispose()
    {
    }
}
