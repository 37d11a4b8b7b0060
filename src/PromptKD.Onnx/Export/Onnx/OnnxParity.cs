using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>How far ONNX Runtime's answers are from libtorch's in float32, for the same pixels.</summary>
/// <param name="Pictures">How many were compared.</param>
/// <param name="Source">Where they come from: "drawn", or the folder's name.</param>
/// <param name="Runtime">ONNX Runtime's version.</param>
/// <param name="Batches">One for each size of batch.</param>
public sealed record OnnxParity(int Pictures, string Source, string Runtime, IReadOnlyList<OnnxBatchParity> Batches)
{
    /// <summary>One for each size of batch.</summary>
    public IReadOnlyList<OnnxBatchParity> Batches { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Batches);

    /// <summary>The largest difference of a probability that a float32 graph may have, 0–1.</summary>
    public const double Limit = 1e-4;

    /// <summary>The same of a float16 graph.</summary>
    public const double HalfLimit = 2e-2;

    /// <summary>
    /// The largest difference that a graph may have, 0–1; 1 for whole numbers: their answers are others now and then,
    /// and the report says how many.
    /// </summary>
    public static double LimitOf(OnnxPrecision precision) => precision switch
    {
        OnnxPrecision.Fp32 => Limit,
        OnnxPrecision.Fp16 => HalfLimit,
        _ => 1,
    };

    /// <summary>The largest difference of a probability in any batch, 0–1.</summary>
    internal double Largest => Batches.Max(batch => batch.LargestProbability);
}

/// <summary>The same for one size of batch: what ONNX Runtime computes may depend on it.</summary>
/// <param name="Size">Pictures computed at once.</param>
/// <param name="LargestProbability">The largest difference of a probability, 0–1.</param>
/// <param name="LargestLogit">The largest difference of a logit.</param>
/// <param name="Changed">Pictures whose most probable class is another one.</param>
public sealed record OnnxBatchParity(int Size, double LargestProbability, double LargestLogit, int Changed);
