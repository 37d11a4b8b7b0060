using PromptKD.Data.Decoding;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>Asks libtorch and ONNX Runtime the same, and says how far their answers are apart.</summary>
/// <param name="distilled">The student, in float32.</param>
/// <param name="manifest">Of its package.</param>
/// <param name="pictures">What they are asked.</param>
/// <param name="cancellation">Stops between batches.</param>
internal sealed class ParityCheck(
    DistilledStudent distilled, StudentManifest manifest, ParityPictures pictures, CancellationToken cancellation)
{
    private static readonly int[] s_batchSizes = [1, 8];

    private readonly int _classes = manifest.ClassNames.Count;
    private readonly TwoPrograms _programs = new(distilled, manifest);
    private ScoredPictures? _expected;

    /// <summary>Compares a file.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="input">What it takes.</param>
    /// <exception cref="PromptKDException">It cannot be loaded, or it computes what is no number.</exception>
    public OnnxParity Compare(string path, OnnxInput input)
    {
        using OnnxSession session = OnnxSession.Open(path);
        _expected ??= Ask(s_batchSizes[^1], _programs.AskStudent);
        return new OnnxParity(
            pictures.Windows.Count,
            pictures.Source,
            OnnxSession.RuntimeVersion,
            [
                .. s_batchSizes.Select(size => Compare(
                    path, size, _expected, Ask(size, batch => _programs.AskGraph(session, input, batch)))),
            ]);
    }

    private OnnxBatchParity Compare(string path, int size, ScoredPictures expected, ScoredPictures found)
    {
        double probability = Largest(expected.Probabilities, found.Probabilities);
        double logit = Largest(expected.Logits, found.Logits);
        if (!double.IsFinite(probability + logit))
        {
            throw new PromptKDException($"{path}: not written: ONNX Runtime computes what is no number.");
        }

        int changed = expected.Logits.Chunk(_classes).Zip(found.Logits.Chunk(_classes))
            .Count(pair => BestOf(pair.First) != BestOf(pair.Second));
        return new OnnxBatchParity(size, probability, logit, changed);
    }

    private ScoredPictures Ask(int size, Func<PixelBuffer[], ScoredPictures> ask)
    {
        List<float> logits = [], probabilities = [];
        foreach (PixelBuffer[] batch in pictures.Windows.Chunk(size))
        {
            cancellation.ThrowIfCancellationRequested();
            ScoredPictures answer = ask(batch);
            logits.AddRange(answer.Logits);
            probabilities.AddRange(answer.Probabilities);
        }

        return new ScoredPictures([.. logits], [.. probabilities]);
    }

    private static double Largest(float[] expected, float[] found) =>
        expected.Zip(found).Aggregate(0.0, (most, pair) => Math.Max(most, Math.Abs((double)pair.First - pair.Second)));

    private static int BestOf(float[] scores) => Array.IndexOf(scores, scores.Max());
}
