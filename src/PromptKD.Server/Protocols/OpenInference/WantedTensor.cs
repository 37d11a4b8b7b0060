using System.Globalization;
using PromptKD.Inference;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>An output as a client wants it.</summary>
/// <param name="Name">Which.</param>
/// <param name="AsBytes">Behind the JSON, not in it.</param>
/// <param name="Classes">
/// Not its numbers but so many of the largest, as texts: Triton's classification extension. Null for the numbers.
/// </param>
internal sealed record WantedTensor(string Name, bool AsBytes, long? Classes)
{
    // As Triton writes a number of FP32.
    private const string ValueFormat = "F6";

    /// <summary>What the client gets.</summary>
    /// <param name="outputs">One a picture, at least one.</param>
    /// <param name="classNames">In label order.</param>
    /// <exception cref="Refusal">There is no such output, or no such number of classes.</exception>
    public AnswerTensor Of(PictureOutput[] outputs, IReadOnlyList<string> classNames)
    {
        float[][] rows = [.. outputs.Select(RowOf)];
        if (Classes is not { } count)
        {
            return new NumberTensor(Name, rows);
        }

        if (count < 1)
        {
            throw Refusal.Bad($"'classification' is {count}; give how many classes are wanted, 1 or more.");
        }

        int most = (int)Math.Min(count, rows[0].Length);
        return new TextTensor(Name, [.. rows.Select(row => Largest(row, most, classNames))]);
    }

    private string[] Largest(float[] row, int count, IReadOnlyList<string> classNames) =>
    [
        .. Enumerable.Range(0, row.Length).OrderByDescending(place => row[place]).Take(count).Select(place =>
        {
            string value = row[place].ToString(ValueFormat, CultureInfo.InvariantCulture);
            return Name == Tensors.Features ? $"{value}:{place}" : $"{value}:{place}:{classNames[place]}";
        }),
    ];

    private float[] RowOf(PictureOutput output) => Name switch
    {
        Tensors.Probabilities => output.Probabilities,
        Tensors.Logits => output.Logits,
        Tensors.Features => output.Features,
        _ => throw Refusal.Bad(
            $"There is no output '{Runtime.Printable.Line(Name)}', but {string.Join(", ", Tensors.Outputs)}."),
    };
}
