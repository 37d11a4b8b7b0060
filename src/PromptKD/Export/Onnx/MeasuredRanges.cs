using Google.Protobuf;
using Onnx;
using PromptKD.Data.Decoding;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>Measures on pictures between which numbers the values lie that layers are given.</summary>
internal static class MeasuredRanges
{
    /// <summary>Asks a student about pictures, one at a time.</summary>
    /// <param name="distilled">The student.</param>
    /// <param name="manifest">What its package says.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cancellation">Stops between pictures.</param>
    /// <returns>
    /// By the names of values: the least and the greatest of all pictures. (The means over pictures of both cost three
    /// times as many changed answers on the demo.)
    /// </returns>
    /// <exception cref="PromptKDException">The student is larger than what is measured in memory.</exception>
    public static IReadOnlyDictionary<string, ValueRange> Of(
        DistilledStudent distilled, StudentManifest manifest, ParityPictures pictures, CancellationToken cancellation)
    {
        var product = new RangeProduct();
        var description = StudentGraph.Describe(manifest, OnnxInput.Pixels, OnnxPrecision.Fp32);
        ModelProto model = new StudentGraph(distilled, manifest).Build(description, product);
        if (model.Graph.Initializer.Sum(one => (long)one.RawData.Length) > OnnxFile.LargestInside)
        {
            throw new PromptKDException(
                "A student of more than 2 GB is not calibrated. Leave ‹calibrate› out: ranges are measured in each "
                + "call then.");
        }

        using OnnxSession session = OnnxSession.Open(model.ToByteArray(), "the graph that measures");
        string[] names = [.. product.Measured.Keys];
        string[] outputs =
            [.. names.SelectMany(name => new[] { product.Measured[name].Low, product.Measured[name].High })];
        float[] extremes = new float[outputs.Length];
        int size = manifest.Preprocessing.Size;
        foreach (PixelBuffer window in pictures.Windows)
        {
            cancellation.ThrowIfCancellationRequested();
            float[][] found = session.Run(OnnxInput.Pixels.Name, window.ToColours(), [1, size, size, 3], outputs);
            for (int low = 0, high = 1; low < extremes.Length; low += 2, high += 2)
            {
                extremes[low] = Math.Min(extremes[low], found[low][0]);
                extremes[high] = Math.Max(extremes[high], found[high][0]);
            }
        }

        return names.Index().ToDictionary(
            name => name.Item, name => new ValueRange(extremes[2 * name.Index], extremes[(2 * name.Index) + 1]));
    }
}
