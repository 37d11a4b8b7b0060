using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using PromptKD.Text;

namespace PretrainDemo;

/// <summary>
/// Draws the batches of the demo's pre-training: fresh pictures at every step.
/// </summary>
/// <param name="domain">How the pictures vary.</param>
/// <param name="tokenizer">Turns captions into token ids.</param>
/// <param name="captions">What is said about the pictures.</param>
/// <param name="seed">Names the pictures: the same seed gives the same batches.</param>
internal sealed class PictureFeed(PictureDomain domain, ClipTokenizer tokenizer, CaptionSource captions, long seed)
    : BatchFeed
{
    private readonly PixelNormalisation _normalisation = PixelNormalisation.Clip;

    protected override CaptionedPictures Make(long first, int size)
    {
        float[] pixels = new float[size * ScenePainter.Bytes];
        var tokens = new List<long>();
        byte[] picture = new byte[ScenePainter.Bytes];
        for (int i = 0; i < size; i++)
        {
            var random = SplitMix64.For(seed, first + i);
            DemoClass shown = DemoClass.All[random.Below(DemoClass.All.Count)];
            var scene = Scene.Sample(domain, shown, random);
            ScenePainter.Paint(scene, picture);
            _normalisation.Apply(picture, pixels.AsSpan(i * ScenePainter.Bytes, ScenePainter.Bytes));
            string caption = captions.Draw(scene, random);
            tokens.AddRange(tokenizer.Tokenize(caption, DemoModel.ContextLength).Select(id => (long)id));
        }

        return new CaptionedPictures(pixels, [.. tokens], size);
    }
}
