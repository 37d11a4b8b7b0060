using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PromptKD.Server.Requests;

/// <summary>What is asked beside the pictures: in the address, in fields of a form, or in JSON.</summary>
/// <param name="Model">Which model; null for the first.</param>
/// <param name="Top">How many classes.</param>
/// <param name="Threshold">Probability, 0–1.</param>
internal sealed record Asked(string? Model, int? Top, double? Threshold)
{
    /// <summary>Nothing is asked.</summary>
    public static Asked Nothing { get; } = new(null, null, null);

    /// <summary>Reads an address.</summary>
    /// <exception cref="Refusal">A value cannot be meant, or there is no such parameter.</exception>
    public static Asked OfQuery(IQueryCollection query)
    {
        Asked asked = Nothing;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            asked = values is [{ } value]
                ? asked.With(name, value)
                : throw Refusal.Bad($"The parameter '{Runtime.Printable.Line(name)}' is given {values.Count} times.");
        }

        return asked;
    }

    /// <summary>With one value more.</summary>
    /// <exception cref="Refusal">It cannot be meant, or there is no such parameter.</exception>
    public Asked With(string name, string value) => name switch
    {
        "model" => this with { Model = value },
        "top" => WithTop(int.TryParse(value, CultureInfo.InvariantCulture, out int top) ? top : 0),
        "threshold" => WithThreshold(double.TryParse(value, CultureInfo.InvariantCulture, out double threshold)
            ? threshold
            : double.NaN),
        _ => throw Refusal.Bad(
            $"There is no parameter '{Runtime.Printable.Line(name)}', but model, top and threshold. Pictures are "
            + "files."),
    };

    /// <summary>With another number of classes.</summary>
    /// <exception cref="Refusal">It is below 1.</exception>
    public Asked WithTop(int top) =>
        top >= 1 ? this with { Top = top } : throw Refusal.Bad("'top' is a whole number, 1 or more.");

    /// <summary>With another threshold.</summary>
    /// <exception cref="Refusal">It is no probability.</exception>
    public Asked WithThreshold(double threshold) => threshold is >= 0 and <= 1
        ? this with { Threshold = threshold }
        : throw Refusal.Bad("'threshold' is a probability, 0 to 1.");

    /// <summary>The request, with its pictures.</summary>
    /// <exception cref="Refusal">There are none.</exception>
    public PictureRequest Of(IReadOnlyList<SentPicture> pictures) => pictures.Count > 0
        ? new PictureRequest(pictures) { Model = Model, Top = Top, Threshold = Threshold }
        : throw Refusal.Bad("The request has no picture.");
}
