using PromptKD.Inference;
using PromptKD.Server.Models;

namespace PromptKD.Server.Requests;

/// <summary>Asks the text tower.</summary>
internal static class TextAccess
{
    /// <summary>The vectors of texts.</summary>
    /// <param name="holder">Has the tower.</param>
    /// <param name="texts">At least one.</param>
    /// <param name="size">Numbers of the vectors that they are to stand beside.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <exception cref="Refusal">There is no tower, it is another's, or a text is too long.</exception>
    public static async Task<float[][]> Embed(
        this TextTowerHolder holder, IReadOnlyList<string> texts, int size, CancellationToken cancellation)
    {
        TextEmbedder tower = holder.Tower
            ?? throw Refusal.Bad("Texts are not embedded here: the server was started without a text tower.");
        if (tower.EmbeddingSize != size)
        {
            throw Refusal.Bad(
                $"The text tower's vectors have {tower.EmbeddingSize} numbers, and the model's {size}: they are not of "
                + "one teacher.");
        }

        try
        {
            return [.. await tower.EmbedAsync(texts, cancellation).ConfigureAwait(false)];
        }
        catch (PromptKDException error)
        {
            throw Refusal.Bad(error.Message, error);
        }
    }
}
