using PromptKD.Demo.Drawing;
using PromptKD.Text;

namespace EmojiStyles;

/// <summary>What a model reads about its pictures.</summary>
/// <param name="concepts">All concepts: their tags are words where several share them.</param>
/// <param name="classShare">How many of the captions name the subcategory.</param>
internal sealed class StyleCaptions(IReadOnlyList<Concept> concepts, double classShare)
{
    private const int FewestOfATag = 4;

    private readonly HashSet<string> _tags =
    [
        .. concepts.SelectMany(concept => concept.Tags)
            .CountBy(tag => tag)
            .Where(entry => entry.Value >= FewestOfATag)
            .Select(entry => entry.Key),
    ];

    /// <summary>Sentences that have every word there is, the frequent ones more often.</summary>
    public IEnumerable<string> Corpus => concepts
        .SelectMany(
            concept => TagsOf(concept).Append(concept.Name).Append($"a photo of a kind of {concept.ClassName}."))
        .Concat(concepts.Select(concept => $"an icon of a picture of {concept.Name},"))
        .Concat(PromptTemplates.ImageNet.Select(template => Fill(template, "it")));

    /// <summary>Captions a picture of a concept.</summary>
    public Caption Draw(Concept concept, SplitMix64 random)
    {
        string[] tags = TagsOf(concept);
        string tag = tags.Length > 0 ? tags[random.Below(tags.Length)] : concept.Name;
        if (random.Uniform(0, 1) < classShare)
        {
            string sentence = random.Below(2) == 0
                ? $"a photo of a {concept.ClassName}."
                : Fill(Template(random), concept.ClassName);
            return new Caption(sentence, concept.Group);
        }

        return random.Below(6) switch
        {
            0 => new Caption(concept.Name, concept.Code),
            1 => new Caption($"an icon of {concept.Name}.", concept.Code),
            2 => new Caption($"a picture of {concept.Name}, {tag}.", concept.Code),
            3 => new Caption(Fill(Template(random), concept.Name), concept.Code),
            4 => new Caption($"a photo of {tag}.", tag),
            _ => new Caption($"a photo of {concept.Name}.", concept.Code),
        };
    }

    /// <summary>Whether a caption is true of a concept: it says its name, its class or one of its tags.</summary>
    public static bool IsTrue(Caption caption, Concept concept) =>
        caption.About == concept.Code || caption.About == concept.Group || concept.Tags.Contains(caption.About);

    private string[] TagsOf(Concept concept) => [.. concept.Tags.Where(_tags.Contains)];

    private static PromptTemplate Template(SplitMix64 random) =>
        PromptTemplates.ImageNet[random.Below(PromptTemplates.ImageNet.Count)];

    // CLIP's tokenizer reads lower case only, and the vocabulary is learned from what it reads.
    private static string Fill(PromptTemplate template, string name) => template.Fill(name).ToLowerInvariant();
}
