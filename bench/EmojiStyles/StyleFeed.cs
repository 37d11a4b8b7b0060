using PretrainDemo;
using PromptKD.Demo.Drawing;
using PromptKD.Text;

namespace EmojiStyles;

/// <summary>
/// The batches of a pre-training on styles: any picture of any of them, each time on a background of its own.
/// </summary>
/// <param name="pictures">What there is to learn from.</param>
/// <param name="captions">What is said about it.</param>
/// <param name="tokenizer">Turns captions into token ids.</param>
/// <param name="recipe">How pictures vary, and the seed.</param>
internal sealed class StyleFeed(
    IReadOnlyList<(Concept Concept, Picture Picture)> pictures,
    StyleCaptions captions,
    ClipTokenizer tokenizer,
    ModelRecipe recipe) : BatchFeed
{
    protected override CaptionedPictures Make(long first, int size)
    {
        float[] pixels = new float[size * Picture.OpaqueBytes];
        var tokens = new List<long>();
        var shown = new List<Concept>();
        var said = new List<Caption>();
        for (int i = 0; i < size; i++)
        {
            var random = SplitMix64.For(recipe.Plan.Seed, first + i);
            (Concept concept, Picture picture) = pictures[random.Below(pictures.Count)];
            Caption caption = captions.Draw(concept, random);
            shown.Add(concept);
            said.Add(caption);
            var background = Rgb.Draw(random);
            Picture varied = recipe.Variation > 0 ? Augmentation.Vary(picture, recipe.Variation, random) : picture;
            PixelNormalisation.Clip.Apply(
                varied.On(background), pixels.AsSpan(i * Picture.OpaqueBytes, Picture.OpaqueBytes));
            tokens.AddRange(
                tokenizer.TokenizeTruncated(caption.Text, recipe.Plan.Architecture.ContextLength).Select(
                    id => (long)id));
        }

        bool[] matches =
        [
            .. shown.SelectMany(
                (concept, i) => said.Select((caption, j) => i == j || StyleCaptions.IsTrue(caption, concept))),
        ];
        return new CaptionedPictures(pixels, [.. tokens], size, matches);
    }
}
