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
    private readonly Lazy<Answers> _expected = new(() => AskStudent(distilled, manifest, pictures, cancellation));

    /// <summary>Compares a file.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="input">What it takes.</param>
    /// <exception cref="PromptKDException">It cannot be loaded, or it computes what is no number.</exception>
    public OnnxParity Compare(string path, OnnxInput input)
    {
        using OnnxSession session = OnnxSession.Open(path);
        return new OnnxParity(
            pictures.Windows.Count,
            pictures.Source,
            OnnxSession.RuntimeVersion,
            [.. s_batchSizes.Select(size => Compare(path, size, Ask(session, input, size)))]);
    }

    private OnnxBatchParity Compare(string path, int size, Answers found)
    {
        Answers expected = _expected.Value;
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

    private Answers Ask(OnnxSession session, OnnxInput input, int size)
    {
        string[] outputs = [OnnxDescription.Logits, OnnxDescription.Probabilities];
        List<float> logits = [], probabilities = [];
        foreach (PixelBuffer[] batch in pictures.Windows.Chunk(size))
        {
            cancellation.ThrowIfCancellationRequested();
            Preprocessing wanted = manifest.Preprocessing;
            float[][] answer = input.IsNormalised
                ? session.Run(input.Name, Normalise(batch, wanted), [batch.Length, 3, wanted.Size, wanted.Size], outputs)
                : session.Run(input.Name, Colours(batch), [batch.Length, wanted.Size, wanted.Size, 3], outputs);
            logits.AddRange(answer[0]);
            probabilities.AddRange(answer[1]);
        }

        return new Answers([.. logits], [.. probabilities]);
    }

    private static Answers AskStudent(
        DistilledStudent distilled, StudentManifest manifest, ParityPictures pictures, CancellationToken cancellation)
    {
        double temperature = manifest.Calibration?.Temperature ?? 1;
        int side = manifest.Preprocessing.Size;
        List<float> logits = [], probabilities = [];
        foreach (PixelBuffer[] batch in pictures.Windows.Chunk(s_batchSizes[^1]))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor images = tensor(Normalise(batch, manifest.Preprocessing)).view(batch.Length, 3, side, side);
            Tensor scores = distilled.Classify(images);
            logits.AddRange(scores.data<float>().ToArray());
            probabilities.AddRange(scores.Over(temperature).softmax(-1).data<float>().ToArray());
        }

        return new Answers([.. logits], [.. probabilities]);
    }

    private static byte[] Colours(PixelBuffer[] batch)
    {
        int bytes = batch[0].Width * batch[0].Height * 3;
        byte[] all = new byte[batch.Length * bytes];
        foreach ((int place, PixelBuffer window) in batch.Index())
        {
            window.CopyColours(all.AsSpan(place * bytes, bytes));
        }

        return all;
    }

    private static float[] Normalise(PixelBuffer[] batch, Preprocessing preprocessing)
    {
        var preparation = new Preparation(preprocessing);
        int values = batch[0].Width * batch[0].Height * 3;
        float[] all = new float[batch.Length * values];
        foreach ((int place, PixelBuffer window) in batch.Index())
        {
            preparation.Normalise(window, flip: false, all.AsSpan(place * values, values));
        }

        return all;
    }

    private static double Largest(float[] expected, float[] found) =>
        expected.Zip(found).Aggregate(0.0, (most, pair) => Math.Max(most, Math.Abs((double)pair.First - pair.Second)));

    private static int BestOf(float[] scores) => Array.IndexOf(scores, scores.Max());

    private sealed record Answers(float[] Logits, float[] Probabilities);
}
