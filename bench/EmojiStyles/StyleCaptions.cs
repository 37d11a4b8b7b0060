using PromptKD.Demo.Drawing;
using PromptKD.Text;

namespace EmojiStyles;

/// <summary>What a model reads about its pictures.</summary>
/// <param name="concepts">All concepts: their tags are words where several share them.</param>
/// <param name="classes">
/// Whether the subcategory is said, and the 60 sentences of PromptSRC. Where it is not, a caption in eight names it still.
/// </param>
internal sealed class StyleCaptions(IReadOnlyList<Concept> concepts, bool classes)
{
    private const int Forms = 8;
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
        .SelectMany(concept => TagsOf(concept).Append(concept.Name).Append($"a photo of a kind of {concept.ClassName}."))
        .Concat(concepts.Select(concept => $"an icon of a picture of {concept.Name},"))
        .Concat(PromptTemplates.ImageNet.Select(template => Fill(template, "it")));

    /// <summary>Captions a picture of a concept.</summary>
    public string Draw(Concept concept, SplitMix64 random)
    {
        string[] tags = TagsOf(concept);
        string tag = tags.Length > 0 ? tags[random.Below(tags.Length)] : concept.Name;
        int form = random.Below(Forms);
        return form switch
        {
            0 => concept.Name,
            1 => $"an icon of {concept.Name}.",
            2 => $"a picture of {concept.Name}, {tag}.",
            3 => $"a photo of {concept.Name}, a kind of {concept.ClassName}.",
            4 when classes => $"a photo of a {concept.ClassName}.",
            5 when classes => $"a photo of {tag}, a kind of {concept.ClassName}.",
            6 when classes => Fill(Template(random), concept.ClassName),
            7 when classes => Fill(Template(random), concept.Name),
            4 or 5 => $"a photo of {tag}.",
            _ => $"a photo of {concept.Name}.",
        };
    }

    private string[] TagsOf(Concept concept) => [.. concept.Tags.Where(_tags.Contains)];

    private static PromptTemplate Template(SplitMix64 random) =>
        PromptTemplates.ImageNet[random.Below(PromptTemplates.ImageNet.Count)];

    // CLIP's tokenizer reads lower case only, and the vocabulary is learned from what it reads.
    private static string Fill(PromptTemplate template, string name) => template.Fill(name).ToLowerInvariant();
}
