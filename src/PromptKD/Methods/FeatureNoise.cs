using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Methods;

/// <summary>
/// What is added to the features of the student's tower while its projector learns: a random direction for each
/// picture and epoch. A projector that must bear it cannot make much of directions in which pictures hardly differ.
/// Ours; why it is a penalty on steep projectors: Bishop, "Training with noise is equivalent to Tikhonov
/// regularization", 1995.
/// </summary>
/// <param name="Length">Root of the mean squared length, in units of the length of the features; 0: none.</param>
/// <param name="Seed">That of the run.</param>
internal sealed record FeatureNoise(double Length, long Seed)
{
    /// <summary>Leaves features as they are.</summary>
    public static FeatureNoise None { get; } = new(0, 0);

    /// <summary>Adds it. The same pictures in the same epoch get the same, in whichever batch and process.</summary>
    /// <param name="features">With their graph, [batch, embedding], of any length.</param>
    /// <param name="batch">Which pictures they are of, and in which epoch.</param>
    /// <returns>[batch, embedding].</returns>
    public Tensor On(Tensor features, Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Length == 0)
        {
            return features.alias().MoveToOuterDisposeScope();
        }

        int width = checked((int)features.shape[1]);
        Tensor drawn = tensor(Draw(batch, width)).view(batch.Items.Count, width).to(features.device);
        Tensor deviation = features.detach().norm(-1, keepdim: true).Times(Length / Math.Sqrt(width));
        return features.Plus(drawn.mul(deviation)).MoveToOuterDisposeScope();
    }

    // Normal numbers in pairs, after Box and Muller.
    private float[] Draw(Batch batch, int width)
    {
        float[] numbers = new float[batch.Items.Count * width];
        int place = 0;
        foreach (int item in batch.Items)
        {
            var random = new RandomStream(Seed, RandomPurpose.Noise, item, batch.Epoch);
            for (int end = place + width; place < end; place += 2)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - random.Uniform(0, 1)));
                (double sine, double cosine) = Math.SinCos(random.Uniform(0, 2 * Math.PI));
                numbers[place] = (float)(radius * cosine);
                if (place + 1 < end)
                {
                    numbers[place + 1] = (float)(radius * sine);
                }
            }

            place -= width % 2;
        }

        return numbers;
    }
}
