using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>Counts how many labelled pictures libtorch and ONNX Runtime each recognise.</summary>
/// <param name="distilled">The student, in float32.</param>
/// <param name="manifest">Of its package.</param>
/// <param name="folder"><c>folder/CLASS NAME/PICTURE</c>.</param>
internal sealed class LabelledCheck(DistilledStudent distilled, StudentManifest manifest, string folder)
{
    private const int BatchSize = 8;

    private readonly IReadOnlyList<PictureItem> _items =
        PictureFolder.Labelled(folder, manifest.ClassNames, required: 0).Items;

    /// <summary>Asks both about each picture.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="skipped">Is told each picture that cannot be read.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">No picture can be read.</exception>
    public OnnxAccuracy Measure(
        string path, OnnxInput input, Action<SkippedPicture> skipped, CancellationToken cancellation)
    {
        using OnnxSession session = OnnxSession.Open(path);
        var programs = new TwoPrograms(distilled, manifest);
        Evaluator student = new(), graph = new();
        foreach (int[] batch in Enumerable.Range(0, _items.Count).Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var pictures = ParityPictures.Of(
                [.. batch.Select(place => _items[place])],
                manifest.Preprocessing,
                skipped,
                out IReadOnlyList<int> read,
                folder,
                cancellation);
            if (read.Count > 0)
            {
                PixelBuffer[] windows = [.. pictures.Windows];
                int[] places = [.. read.Select(row => batch[row])];
                Count(student, programs.AskStudent(windows), places);
                Count(graph, programs.AskGraph(session, input, windows), places);
            }
        }

        var all = ClassRange.All(manifest.ClassNames.Count);
        if (student.Metrics(all) is not { } expected)
        {
            throw new PromptKDException($"{folder}: no labelled picture can be read.");
        }

        int same = student.Predictions(all).Zip(graph.Predictions(all)).Count(pair => pair.First == pair.Second);
        return new OnnxAccuracy(
            expected.Total, expected.Accuracy, graph.Metrics(all)!.Accuracy, 100.0 * same / expected.Total);
    }

    private void Count(Evaluator evaluator, ScoredPictures said, int[] places)
    {
        foreach ((int place, float[] logits) in places.Zip(said.Logits.Chunk(manifest.ClassNames.Count)))
        {
            evaluator.Add(place, _items[place].Label!.Value, logits);
        }
    }
}
