using PromptKD.Data.Decoding;
using PromptKD.Export.Onnx;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>A model that ONNX Runtime computes: threads may share it.</summary>
/// <param name="session">The graph; taken over.</param>
/// <param name="input">What it takes.</param>
/// <param name="preprocessing">How pictures are prepared, normalising included.</param>
internal sealed class OnnxModel(OnnxSession session, OnnxInput input, Preprocessing preprocessing) : IPictureModel
{
    private const int Channels = 3;
    private const int Levels = 255;

    private static readonly string[] s_outputs =
        [OnnxDescription.Logits, OnnxDescription.Probabilities, OnnxDescription.Features];

    private readonly int _size = preprocessing.Size;

    private readonly float[] _means = [preprocessing.Mean.Red, preprocessing.Mean.Green, preprocessing.Mean.Blue];
    private readonly float[] _stds = [preprocessing.Std.Red, preprocessing.Std.Green, preprocessing.Std.Blue];

    /// <inheritdoc/>
    public Preprocessing Takes => preprocessing;

    /// <inheritdoc/>
    public PictureOutput[] Compute(IReadOnlyList<PreparedPicture> pictures)
    {
        float[][] found = input.IsNormalised
            ? session.Run(input.Name, Planes(pictures), [pictures.Count, Channels, _size, _size], s_outputs)
            : session.Run(input.Name, Bytes(pictures), [pictures.Count, _size, _size, Channels], s_outputs);
        float[][][] rows = [.. found.Select(values => values.Chunk(values.Length / pictures.Count).ToArray())];
        return
        [
            .. Enumerable.Range(0, pictures.Count)
                .Select(row => new PictureOutput(rows[0][row], rows[1][row], rows[2][row])),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private float[] Planes(IReadOnlyList<PreparedPicture> pictures)
    {
        int values = Channels * _size * _size;
        float[] all = new float[pictures.Count * values];
        for (int row = 0; row < pictures.Count; row++)
        {
            pictures[row].Pixels.CopyTo(all.AsSpan(row * values));
        }

        return all;
    }

    // [3, size, size] normalised → [size, size, 3] levels: exactly those that were normalised, since a step of 1/255 is far
    // above what rounding can move.
    private byte[] Bytes(IReadOnlyList<PreparedPicture> pictures)
    {
        int plane = _size * _size;
        byte[] all = new byte[pictures.Count * Channels * plane];
        for (int row = 0; row < pictures.Count; row++)
        {
            ReadOnlySpan<float> pixels = pictures[row].Pixels;
            Span<byte> levels = all.AsSpan(row * Channels * plane, Channels * plane);
            for (int channel = 0; channel < Channels; channel++)
            {
                float mean = (_means[channel] * Levels) + 0.5f, std = _stds[channel] * Levels;
                ReadOnlySpan<float> source = pixels.Slice(channel * plane, plane);
                for (int place = 0, target = channel; place < source.Length; place++, target += Channels)
                {
                    levels[target] = (byte)((source[place] * std) + mean);
                }
            }
        }

        return all;
    }
}
