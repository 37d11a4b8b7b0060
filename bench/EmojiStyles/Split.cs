using PromptKD.Demo.Drawing;

namespace EmojiStyles;

/// <summary>
/// Which concepts are tested on, and which classes are base. All splits test the same concepts, so that they can share
/// the CLIPs, which must not have seen them; they differ in the halves of the classes, and in backgrounds.
/// </summary>
/// <param name="Seed">Decides the halves.</param>
/// <param name="Classes">The subcategories in label order: the base half, then the novel half.</param>
/// <param name="Base">How many of them are base.</param>
/// <param name="Test">Codes of the concepts that no model sees before it is measured, in any style.</param>
internal sealed record Split(long Seed, IReadOnlyList<string> Classes, int Base, IReadOnlySet<string> Test)
{
    /// <summary>A subcategory is a class where it has so many concepts...</summary>
    public const int FewestConcepts = 12;

    /// <summary>... with so many stems: fewer cannot be parted into what is learned and what is tested.</summary>
    public const int FewestStems = 8;

    private const double TestShare = 0.25;
    private const long TestSeed = 0;

    /// <summary>The subcategories that are classes, sorted.</summary>
    public static IReadOnlyList<string> ClassesOf(IEnumerable<Concept> concepts) =>
    [
        .. concepts.GroupBy(concept => concept.Group)
            .Where(group => group.Count() >= FewestConcepts)
            .Where(group => group.Select(concept => concept.Stem).Distinct().Count() >= FewestStems)
            .Select(group => group.Key)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Parts concepts and classes.</summary>
    /// <param name="concepts">All of them.</param>
    /// <param name="seed">Another seed gives another split.</param>
    public static Split Make(IReadOnlyList<Concept> concepts, long seed)
    {
        var random = SplitMix64.For(TestSeed, 0);
        IReadOnlyList<string> classes = ClassesOf(concepts);
        var test = new HashSet<string>();
        foreach (string name in classes)
        {
            test.UnionWith(TestOf([.. concepts.Where(concept => concept.Group == name)], random));
        }

        return new Split(seed, Shuffle(classes, SplitMix64.For(seed, 1)), (classes.Count + 1) / 2, test);
    }

    // Stems in random order, each as a whole, as long as they fit into the share: a stem of 24 clocks never does.
    private static List<string> TestOf(IReadOnlyList<Concept> concepts, SplitMix64 random)
    {
        int wanted = (int)Math.Round(TestShare * concepts.Count, MidpointRounding.AwayFromZero);
        var chosen = new List<string>();
        IEnumerable<IGrouping<string, Concept>> stems = concepts
            .GroupBy(concept => concept.Stem)
            .OrderBy(stem => stem.Key, StringComparer.Ordinal);
        foreach (IGrouping<string, Concept> stem in Shuffle([.. stems], random))
        {
            if (chosen.Count + stem.Count() <= wanted)
            {
                chosen.AddRange(stem.Select(concept => concept.Code));
            }
        }

        return chosen;
    }

    private static List<T> Shuffle<T>(IReadOnlyList<T> items, SplitMix64 random)
    {
        List<T> shuffled = [.. items];
        for (int i = shuffled.Count - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }

        return shuffled;
    }
}
