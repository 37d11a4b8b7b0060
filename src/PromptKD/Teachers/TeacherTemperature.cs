using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// The temperature at which a teacher's probabilities of a view best foretell its answer to the next view of the same
/// picture: how sure it is, held against how often it stays with what it said. Needs no labels. Ours.
/// </summary>
internal static class TeacherTemperature
{
    // More decide it no better.
    private const int MostPictures = 1024;
    private const int PicturesAtATime = 256;

    // Between these it is looked for. A teacher at an end never changes its mind, or as chance would have it.
    private const double Coldest = 0.01;
    private const double Warmest = 100;
    private const int Halvings = 60;

    /// <summary>Finds it.</summary>
    /// <param name="score">Logits of some pictures in a stored view, [pictures, classes].</param>
    /// <param name="pictures">Places of the pictures; of very many a thousand are asked about.</param>
    /// <param name="views">How many views are stored of each.</param>
    /// <param name="why">Why there is none; empty where there is one.</param>
    /// <returns>Null where the answers decide none, or there is one view.</returns>
    public static double? Find(
        Func<IReadOnlyList<int>, int, Tensor> score, IReadOnlyList<int> pictures, int views, out string why)
    {
        if (views < 2)
        {
            why = "it compares answers to the views of a picture, and one is stored";
            return null;
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int step = (pictures.Count + MostPictures - 1) / MostPictures;
        (Tensor logits, Tensor next) = Ask(score, [.. pictures.Where((_, place) => place % step == 0)], views);
        Tensor reached = logits.gather(1, next.unsqueeze(1)).mean();
        double wanted = reached.item<double>();

        // The slope of the cross-entropy in the inverse temperature, which is convex: it rises through zero once.
        double low = 1 / Warmest, high = 1 / Coldest;
        if (Slope(low) >= 0 || Slope(high) <= 0)
        {
            why = Slope(high) <= 0
                ? "the teacher gives all views of a picture the same answer"
                : "the teacher answers each view as if by chance";
            return null;
        }

        why = "";

        for (int halving = 0; halving < Halvings; halving++)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = Slope(middle) < 0 ? (middle, high) : (low, middle);
        }

        return 1 / Math.Sqrt(low * high);

        double Slope(double inverse)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor expected = (logits.Times(inverse).softmax(-1) * logits).sum(-1).mean();
            return expected.item<double>() - wanted;
        }
    }

    // Logits of every view, float64 [pictures × views, classes], and what was answered to the next view.
    private static (Tensor Logits, Tensor Next) Ask(
        Func<IReadOnlyList<int>, int, Tensor> score, int[] pictures, int views)
    {
        List<Tensor> logits = [], next = [];
        foreach (int[] some in pictures.Chunk(PicturesAtATime))
        {
            Tensor[] seen = [.. Enumerable.Range(0, views).Select(view => score(some, view).to(ScalarType.Float64))];
            logits.AddRange(seen);
            next.AddRange(seen.Select((_, view) => seen[(view + 1) % views].argmax(-1)));
        }

        return (cat(logits), cat(next));
    }
}
