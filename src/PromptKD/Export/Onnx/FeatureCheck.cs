using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>
/// Compares the features that libtorch and ONNX Runtime make of the same, one at a time and eight at a time.
/// </summary>
/// <typeparam name="T">Of the numbers that a tower takes.</typeparam>
/// <param name="path">The graph.</param>
/// <param name="input">Name of its input.</param>
/// <param name="output">Name of its output.</param>
/// <param name="shape">Of one input, without the batch.</param>
/// <param name="ask">What libtorch makes of some inputs, of their shape: [batch, embedding].</param>
internal sealed class FeatureCheck<T>(
    string path, string input, string output, long[] shape, Func<T[], long[], Tensor> ask)
    where T : unmanaged
{
    private static readonly int[] s_batchSizes = [1, 8];

    /// <summary>Asks both.</summary>
    /// <param name="inputs">The numbers of each input.</param>
    /// <param name="source">Where they come from.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">The features differ by more than rounding.</exception>
    public ClipTowerParity Compare(IReadOnlyList<T[]> inputs, string source, CancellationToken cancellation)
    {
        using OnnxSession session = OnnxSession.Open(path);
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor expected = Ask(inputs, s_batchSizes[^1], ask, cancellation);
        ClipBatchParity[] batches =
            [.. s_batchSizes.Select(size => Measure(size, expected, Ask(inputs, size, AskGraph, cancellation)))];
        return new ClipTowerParity(inputs.Count, source, batches);

        Tensor AskGraph(T[] values, long[] sizes) =>
            tensor(session.Run(input, values, sizes, [output])[0]).view(sizes[0], -1);
    }

    private Tensor Ask(
        IReadOnlyList<T[]> inputs, int size, Func<T[], long[], Tensor> asked, CancellationToken cancellation)
    {
        List<Tensor> rows = [];
        foreach (T[][] some in inputs.Chunk(size))
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(
                nn.functional.normalize(asked([.. some.SelectMany(one => one)], [some.Length, .. shape]), dim: -1));
        }

        return cat(rows);
    }

    private ClipBatchParity Measure(int size, Tensor expected, Tensor found)
    {
        double largest = expected.sub(found).abs().max().item<float>();
        double cosine = expected.mul(found).sum(-1).min().item<float>();
        return largest <= ClipOnnxParity.Limit
            ? new ClipBatchParity(size, largest, Math.Min(cosine, 1))
            : throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"{output}: not written: ONNX Runtime's features are up to {largest:g2} from libtorch's, at most "
                + $"{ClipOnnxParity.Limit:g2} is taken for rounding. Report it."));
    }
}
