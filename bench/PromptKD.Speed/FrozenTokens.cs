using System.Globalization;

namespace PromptKD.Speed;

/// <summary>
/// What could be saved in the first layer, <c>frozen</c>: the gradient of its queries, keys and values with respect to
/// class token and patches, which nothing needs, against the copy that leaving it out would take.
/// </summary>
internal static class FrozenTokens
{
    private const int Rounds = 20;

    /// <summary>Prints both, for the student at true size, float32.</summary>
    public static void Measure()
    {
        long width = TrueSize.Student.VisionWidth, tokens = 1 + TrueSize.Student.Patches;
        using Tensor gradient = randn(TrueSize.BatchSize * tokens, 3 * width);
        using Tensor weight = randn(3 * width, width);
        using Tensor frozen = randn(TrueSize.BatchSize, tokens, 3 * width);
        using Tensor learned = randn(TrueSize.BatchSize, TrueSize.StudentShape.PromptLength, 3 * width);
        double product = Timing.MedianSeconds(Rounds, () =>
        {
            using Tensor input = gradient.matmul(weight);
        });
        double copy = Timing.MedianSeconds(Rounds, () =>
        {
            using Tensor packed = cat([frozen, learned], dim: 1);
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"first layer: {1000 * product:0.0} ms for gradients of frozen tokens, {1000 * copy:0.0} ms for the copy"));
    }
}
