using System.Globalization;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Drawing;
using PromptKD.Evaluation.Maps;
using PromptKD.Runtime;

namespace PromptKD.Inference.Embeddings;

/// <summary>The two maps of some pictures, t-SNE and principal components, with a panel a model.</summary>
/// <param name="Places">Which of the embedded pictures they show, in order.</param>
/// <param name="Neighbours">t-SNE, a panel a model.</param>
/// <param name="Components">Principal components, a panel a model.</param>
/// <param name="Title">What people call the pictures.</param>
/// <param name="Count">How many pictures were embedded.</param>
/// <param name="Labels">The class of each picture that is shown; null of one without.</param>
/// <param name="ClassNames">Class names, in label order.</param>
internal sealed record EmbeddingMaps(
    IReadOnlyList<int> Places,
    IReadOnlyList<MapPanel> Neighbours,
    IReadOnlyList<MapPanel> Components,
    string Title,
    int Count,
    IReadOnlyList<int?> Labels,
    IReadOnlyList<string> ClassNames)
{
    private const double LeastPerplexity = 2;

    /// <summary>Refuses settings of maps that make none.</summary>
    /// <exception cref="PromptKDException">One does.</exception>
    public static void Check(EmbeddingRequest request)
    {
        if (request.MapPictures < NeighbourMap.FewestRows)
        {
            throw new PromptKDException(
                $"‹map-pictures› is {request.MapPictures}; a map needs {NeighbourMap.FewestRows} pictures or more.");
        }

        if (request.Perplexity is { } perplexity && !(perplexity >= LeastPerplexity && double.IsFinite(perplexity)))
        {
            throw new PromptKDException(
                $"‹perplexity› is {perplexity.ToString(CultureInfo.InvariantCulture)}; give {LeastPerplexity} or more "
                + "neighbours.");
        }
    }

    /// <summary>Refuses to draw maps of too few pictures.</summary>
    /// <exception cref="PromptKDException">There are too few, for a map or for the perplexity.</exception>
    public static void CheckCount(EmbeddingRequest request, int pictures)
    {
        if (request.DrawsMaps && pictures < NeighbourMap.FewestRows)
        {
            throw new PromptKDException(
                $"A map needs {NeighbourMap.FewestRows} pictures or more, and there {(pictures == 1 ? "is" : "are")} "
                + $"{pictures} "
                + "that can be read. Give more, or ‹no-map›.");
        }

        int shown = Math.Min(pictures, request.MapPictures);
        if (request.DrawsMaps && request.Perplexity > NeighbourMap.LargestPerplexity(shown))
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"‹perplexity› is {request.Perplexity}; a map of {shown} pictures allows "
                + $"{NeighbourMap.LargestPerplexity(shown):0.#} at most, a third of the others."));
        }
    }

    /// <summary>Computes them.</summary>
    /// <param name="request">How many pictures they show, and the settings of t-SNE.</param>
    /// <param name="pictures">What was to be embedded.</param>
    /// <param name="read">What was.</param>
    /// <param name="embeddings">What each model gave.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static EmbeddingMaps Of(
        EmbeddingRequest request,
        EmbeddedPictures pictures,
        IReadOnlyList<PictureItem> read,
        IReadOnlyList<Embedding> embeddings,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        int[] places = Choose(read.Count, request.MapPictures, request.Seed);
        double perplexity = request.Perplexity
            ?? Math.Min(NeighbourMap.UsualPerplexity, NeighbourMap.LargestPerplexity(places.Length));
        List<MapPanel> neighbours = [], components = [];
        foreach (Embedding embedding in embeddings)
        {
            observer.OnPhase($"Mapping {Counted.Of(places.Length, "picture")} as the {embedding.Name} sees them");
            float[][] rows = [.. places.Select(place => embedding.Rows[place])];
            var spread = PrincipalComponents.Of(rows);
            components.Add(new MapPanel(embedding.Title, Explain(spread), spread.Points));
            neighbours.Add(new MapPanel(
                embedding.Title,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"t-SNE of {embedding.Width} numbers a picture, perplexity {perplexity:0.#}, seed {request.Seed}"),
                NeighbourMap.Of(rows, perplexity, request.Seed, cancellation)));
        }

        return new EmbeddingMaps(
            places, neighbours, components, pictures.Title, read.Count,
            [.. places.Select(place => read[place].Label)], pictures.ClassNames);
    }

    /// <summary>Draws both, as PNG and SVG.</summary>
    /// <returns>The names of the files.</returns>
    /// <exception cref="PromptKDException">One cannot be written.</exception>
    public IEnumerable<string> Draw(string folder)
    {
        string shown = Places.Count == Count
            ? Counted.Of(Count, "picture")
            : $"{Places.Count} of {Counted.Of(Count, "picture")}";
        (string Name, string Title, IReadOnlyList<MapPanel> Panels)[] maps =
        [
            ("map-tsne", "Which pictures a model takes for alike", Neighbours),
            ("map-pca", "Along which directions the pictures differ most", Components),
        ];
        foreach ((string name, string title, IReadOnlyList<MapPanel> panels) in maps)
        {
            EmbeddingMap.Write(Path.Combine(folder, name), title, $"{Title}: {shown}", panels, Labels, ClassNames);
            yield return $"{name}.png";
            yield return $"{name}.svg";
        }
    }

    private static string Explain(PrincipalComponents spread) => string.Create(
        CultureInfo.InvariantCulture,
        $"principal components 1 and 2: {100 * spread.Shares.First:0.0} % and {100 * spread.Shares.Second:0.0} % of "
        + $"the variance");

    // All, or a draw of as many as are shown, in their order.
    private static int[] Choose(int count, int most, int seed)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        if (count <= most)
        {
            return all;
        }

        var random = new RandomStream(seed, RandomPurpose.Map, 0, 0);
        for (int place = 0; place < most; place++)
        {
            int other = place + random.Below(count - place);
            (all[place], all[other]) = (all[other], all[place]);
        }

        return [.. all.Take(most).Order()];
    }
}
