using PromptKD.Inference;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols;

/// <summary>What came of one picture.</summary>
/// <param name="Picture">As it was sent.</param>
/// <param name="Output">What the model says; null where it could not be read.</param>
/// <param name="Error">Why it could not be read.</param>
internal sealed record AnsweredPicture(SentPicture Picture, PictureOutput? Output, Refusal? Error)
{
    /// <summary>
    /// Answers the pictures of a request together: those of other requests may be in the same batches.
    /// </summary>
    /// <param name="model">Answers.</param>
    /// <param name="pictures">At least one.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <exception cref="Refusal">None can be read: says why of the first.</exception>
    public static async Task<AnsweredPicture[]> All(
        ServedModel model, IReadOnlyList<SentPicture> pictures, CancellationToken cancellation)
    {
        using ServedModel.Places places = model.TakePlaces(pictures.Count);
        AnsweredPicture[] answers = await Task.WhenAll(
            pictures.Select(picture => Of(model, picture, pictures.Count == 1, cancellation))).ConfigureAwait(false);
        return answers.Any(one => one.Output is not null) ? answers : throw answers[0].Error!;
    }

    private static async Task<AnsweredPicture> Of(
        ServedModel model, SentPicture picture, bool isOnlyOne, CancellationToken cancellation)
    {
        try
        {
            PictureOutput output = await model.Answer(PictureInput.FromBytes(picture.File), isOnlyOne, cancellation)
                .ConfigureAwait(false);
            return new AnsweredPicture(picture, output, Error: null);
        }
        catch (PromptKDException error) when (Refusal.Of(error) is { } refusal)
        {
            return new AnsweredPicture(picture, Output: null, refusal);
        }
    }
}
