using System.Globalization;
using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Inference.Predictions;

/// <summary>Writes answers in one of the formats, a picture at a time.</summary>
/// <param name="output">Where to; not disposed.</param>
/// <param name="format">How.</param>
/// <param name="top">Classes of each picture.</param>
/// <param name="hasThreshold">Whether a picture may have no answer: tables get a column more.</param>
internal sealed class PredictionWriter(TextWriter output, PredictionFormat format, int top, bool hasThreshold)
{
    private int _written;

    /// <summary>Writes what stands before the first picture.</summary>
    public void Begin()
    {
        if (format is PredictionFormat.Tsv or PredictionFormat.Csv)
        {
            WriteRow(Headings());
        }
    }

    /// <summary>Writes a picture.</summary>
    public void Add(PicturePrediction prediction)
    {
        switch (format)
        {
            case PredictionFormat.Json:
                output.Write((_written == 0 ? "[\n" : ",\n") + ToJson(prediction));
                break;
            case PredictionFormat.JsonLines:
                output.Write($"{ToJson(prediction)}\n");
                break;
            default:
                WriteRow(Cells(prediction));
                break;
        }

        _written++;
    }

    /// <summary>Writes what stands behind the last picture.</summary>
    public void End()
    {
        if (format == PredictionFormat.Json)
        {
            output.Write(_written == 0 ? "[]\n" : "\n]\n");
        }
    }

    private static string ToJson(PicturePrediction prediction) =>
        Printable.Json(JsonSerializer.Serialize(prediction, AnswerJson.Lines.PicturePrediction));

    private IEnumerable<string> Headings()
    {
        IEnumerable<string> further = Enumerable.Range(2, top - 1)
            .SelectMany(rank => new[] { $"class_{rank}", $"probability_{rank}" });
        string[] behind = hasThreshold ? ["most_probable"] : [];
        return ["file", "class", "probability", .. further, .. behind];
    }

    // Below the threshold the first class gives way to "none", and a table names it in a column of its own.
    private IEnumerable<string> Cells(PicturePrediction prediction)
    {
        ClassProbability best = prediction.Classes[0];
        yield return prediction.Path;
        yield return prediction.Answer ?? PicturePrediction.None;
        yield return Text(best.Probability);
        foreach (ClassProbability further in prediction.Classes.Skip(1))
        {
            yield return further.Name;
            yield return Text(further.Probability);
        }

        // A student may have fewer classes than were asked for: rows stay as wide as the headings.
        for (int missing = prediction.Classes.Count; missing < top && format != PredictionFormat.Text; missing++)
        {
            yield return "";
            yield return "";
        }

        if (hasThreshold && format != PredictionFormat.Text)
        {
            yield return best.Name;
        }
    }

    private string Text(double probability) => probability.ToString(
        format == PredictionFormat.Text ? "P1" : "0.000000", CultureInfo.InvariantCulture);

    private void WriteRow(IEnumerable<string> cells) => output.Write(
        (format == PredictionFormat.Csv
            ? string.Join(',', cells.Select(Printable.Csv))
            : string.Join('\t', cells.Select(Printable.Line)))
        + "\n");
}
