using PromptKD.Data.Decoding;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>Asks libtorch and ONNX Runtime the same pixels.</summary>
/// <param name="distilled">The student, in float32.</param>
/// <param name="manifest">Of its package.</param>
internal sealed class TwoPrograms(DistilledStudent distilled, StudentManifest manifest)
{
    private static readonly string[] s_outputs = [OnnxDescription.Logits, OnnxDescription.Probabilities];

    private readonly Preparation _preparation = new(manifest.Preprocessing);
    private readonly int _size = manifest.Preprocessing.Size;

    /// <summary>Asks libtorch.</summary>
    /// <param name="batch">Pictures, framed and resized.</param>
    public ScoredPictures AskStudent(PixelBuffer[] batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(Normalise(batch)).view(batch.Length, 3, _size, _size);
        Tensor scores = distilled.Classify(images);
        Tensor probabilities = scores.Over(manifest.Calibration?.Temperature ?? 1).softmax(-1);
        return new ScoredPictures(scores.data<float>().ToArray(), probabilities.data<float>().ToArray());
    }

    /// <summary>Asks ONNX Runtime.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="batch">Pictures, framed and resized.</param>
    public ScoredPictures AskGraph(OnnxSession session, OnnxInput input, PixelBuffer[] batch)
    {
        float[][] answer = input.IsNormalised
            ? session.Run(input.Name, Normalise(batch), [batch.Length, 3, _size, _size], s_outputs)
            : session.Run(input.Name, Colours(batch), [batch.Length, _size, _size, 3], s_outputs);
        return new ScoredPictures(answer[0], answer[1]);
    }

    private byte[] Colours(PixelBuffer[] batch)
    {
        int bytes = _size * _size * 3;
        byte[] all = new byte[batch.Length * bytes];
        foreach ((int place, PixelBuffer window) in batch.Index())
        {
            window.CopyColours(all.AsSpan(place * bytes, bytes));
        }

        return all;
    }

    private float[] Normalise(PixelBuffer[] batch)
    {
        int values = _size * _size * 3;
        float[] all = new float[batch.Length * values];
        foreach ((int place, PixelBuffer window) in batch.Index())
        {
            _preparation.Normalise(window, flip: false, all.AsSpan(place * values, values));
        }

        return all;
    }
}

/// <summary>What one of two programs said.</summary>
/// <param name="Logits">[pictures, classes], flattened.</param>
/// <param name="Probabilities">The same.</param>
internal sealed record ScoredPictures(float[] Logits, float[] Probabilities);
