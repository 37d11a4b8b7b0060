using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;
using PromptKD.Text;

namespace PretrainDemo;

/// <summary>What a model reads about its pictures.</summary>
/// <param name="Templates">Sentences around the name of a class that half of the captions are; empty for none.</param>
internal sealed record CaptionSource(IReadOnlyList<PromptTemplate> Templates)
{
    /// <summary>The demo's own captions.</summary>
    public static CaptionSource Own { get; } = new([]);

    /// <summary>
    /// The demo's own captions, and the 60 sentences whose features PromptSRC averages: a teacher that it is to tune
    /// must know their words, as every CLIP does that learned from the web.
    /// </summary>
    public static CaptionSource WithTemplates { get; } = new(PromptTemplates.ImageNet);

    /// <summary>Every caption there is, repetitions included.</summary>
    public IEnumerable<string> All => Captions.All.Concat(
        from template in Templates
        from shown in DemoClass.All
        select Fill(template, shown));

    /// <summary>Captions a scene.</summary>
    public string Draw(Scene scene, SplitMix64 random)
    {
        int form = random.Below(Templates.Count == 0 ? Captions.Forms : 2 * Captions.Forms);
        return form < Captions.Forms
            ? Captions.Describe(scene, form)
            : Fill(Templates[random.Below(Templates.Count)], scene.Class);
    }

    // CLIP's tokenizer reads lower case only, and the vocabulary is learned from what it reads.
    private static string Fill(PromptTemplate template, DemoClass shown) =>
        template.Fill(shown.Name).ToLowerInvariant();
}
