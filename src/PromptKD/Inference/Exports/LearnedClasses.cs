using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Inference.Exports;

/// <summary>
/// Compares class names with those that a checkpoint was learned with: it has the embeddings of their sentences.
/// </summary>
internal static class LearnedClasses
{
    // Embeddings in half precision are off by a thousandth; those of other words by as much as they are large.
    private const double Tolerance = 0.01;

    /// <summary>Refuses names that were not learned, or other ones.</summary>
    /// <param name="learned">The checkpoint.</param>
    /// <param name="request">The names, and whether they may be of other classes.</param>
    /// <param name="sentences">Embeddings of their sentences behind the learned tokens, [classes, tokens,
    /// width].</param>
    /// <exception cref="PromptKDException">The message names the first one.</exception>
    public static void Check(LearnedCheckpoint learned, ExportRequest request, Tensor sentences)
    {
        using DisposeScope scope = NewDisposeScope();
        int given = request.ClassNames.Count;
        if (learned.Sentences is not { } entry || (request.OtherClasses && learned.ContextClasses is null))
        {
            return;
        }

        if (!entry.Shape.AsSpan(1).SequenceEqual(sentences.shape.AsSpan(1)))
        {
            throw new PromptKDException(
                $"{learned.Path}: its sentences are {ShapeText.Of(entry.Shape)}, but ‹student› reads "
                + $"{ShapeText.Of(sentences.shape)}. Was it learned on another CLIP?");
        }

        Tensor known = entry.Read().to(ScalarType.Float32);
        Tensor ours = sentences.cpu().to(ScalarType.Float32);
        double bound = Tolerance * known.abs().max().item<float>();
        int? unknown = Enumerable.Range(0, given).Cast<int?>().FirstOrDefault(
            place => !Fits(known, ours[place!.Value], place.Value, bound, inOrder: learned.ContextClasses is not null));
        if (unknown is { } row)
        {
            throw Refusal(learned, request.ClassNames[row], row);
        }

        if (known.shape[0] != given)
        {
            throw new PromptKDException(
                $"{learned.Path}: it was learned with {known.shape[0]} classes, and ‹classes› has {given} of them. "
                + "Give all of them, or ‹other-classes› to tell these apart alone.");
        }
    }

    private static PromptKDException Refusal(LearnedCheckpoint learned, string name, int row) => new(
        learned.ContextClasses is not null
            ? $"{learned.Path}: its class {row + 1} is not '{name}', and each has learned tokens of its own. Give "
                + "‹classes› as they were, in the same order, and ‹context› as CTX_INIT."
            : $"{learned.Path}: '{name}' is none of the {Counted.Of(learned.Sentences!.Shape[0], "class", "classes")} "
                + "that it was learned with. Check ‹classes› and ‹context›, or give ‹other-classes› where that is "
                + "meant.");

    // Most lists have the order of the training.
    private static bool Fits(Tensor known, Tensor one, int place, double bound, bool inOrder)
    {
        using DisposeScope scope = NewDisposeScope();
        return (place < known.shape[0] && IsNear(known[place], one, bound))
            || (!inOrder && (known - one).abs().amax([1, 2]).amin().item<float>() < bound);
    }

    private static bool IsNear(Tensor first, Tensor second, double bound) =>
        (first - second).abs().max().item<float>() < bound;
}
