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
            ? session.Run<float>(
                input.Name, [pictures.Count, Channels, _size, _size], all => WritePlanes(pictures, all), s_outputs)
            : session.Run<byte>(
                input.Name, [pictures.Count, _size, _size, Channels], all => WriteLevels(pictures, all), s_outputs);
        float[][][] rows = [.. found.Select(values => values.Chunk(values.Length / pictures.Count).ToArray())];
        return
        [
            .. Enumerable.Range(0, pictures.Count)
                .Select(row => new PictureOutput(rows[0][row], rows[1][row], rows[2][row])),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private void WritePlanes(IReadOnlyList<PreparedPicture> pictures, Span<float> all)
    {
        int values = Channels * _size * _size;
        for (int row = 0; row < pictures.Count; row++)
        {
            pictures[row].Pixels.CopyTo(all[(row * values)..]);
        }
    }

    // [3, size, size] normalised → [size, size, 3] levels: exactly those that were normalised, since a step of 1/255 is
    // far above what rounding can move.
    private void WriteLevels(IReadOnlyList<PreparedPicture> pictures, Span<byte> all)
    {
        int plane = _size * _size;
        for (int row = 0; row < pictures.Count; row++)
        {
            ReadOnlySpan<float> pixels = pictures[row].Pixels;
            Span<byte> levels = all.Slice(row * Channels * plane, Channels * plane);
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
    }
}
