using System.Runtime.InteropServices;
using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>A model that libtorch computes, in evaluation mode: threads may share it.</summary>
/// <param name="features">
/// From normalised pixels, [batch, 3, size, size], to features of length 1, [batch, embedding].
/// </param>
/// <param name="scores">From those to logits, float32, [batch, classes].</param>
/// <param name="temperature">What logits are divided by before they become probabilities.</param>
/// <param name="preprocessing">How it takes its pictures.</param>
/// <param name="owner">Is freed with it.</param>
internal sealed class TorchModel(
    Func<Tensor, Tensor> features, Func<Tensor, Tensor> scores, double temperature, Preprocessing preprocessing,
    IDisposable owner)
    : IPictureModel
{
    /// <inheritdoc/>
    public Preprocessing Takes => preprocessing;

    /// <inheritdoc/>
    public PictureOutput[] Compute(IReadOnlyList<PreparedPicture> pictures)
    {
        ComputeThreads.Follow();
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int size = preprocessing.Size;
        Tensor pixels = empty([pictures.Count, 3, size, size], ScalarType.Float32, CPU);
        Span<float> all = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        int values = all.Length / pictures.Count;
        for (int row = 0; row < pictures.Count; row++)
        {
            pictures[row].Pixels.CopyTo(all[(row * values)..]);
        }

        Tensor seen = features(pixels);
        Tensor logits = scores(seen);
        Tensor probabilities = logits.Over(temperature).softmax(-1);
        return
        [
            .. Rows(logits).Zip(Rows(probabilities), Rows(seen))
                .Select(picture => new PictureOutput(picture.First, picture.Second, picture.Third)),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => owner.Dispose();

    /// <param name="values">[rows, columns].</param>
    internal static float[][] Rows(Tensor values)
    {
        float[] all = values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        return [.. all.Chunk((int)values.shape[^1])];
    }
}
