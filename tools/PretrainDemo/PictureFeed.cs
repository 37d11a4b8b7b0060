using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using PromptKD.Text;

namespace PretrainDemo;

/// <summary>
/// Draws the batches of a pre-training: fresh pictures at every step, each with a caption. While one batch is learnt
/// from, another thread draws the next.
/// </summary>
/// <param name="domain">How the pictures vary.</param>
/// <param name="tokenizer">Turns captions into token ids.</param>
/// <param name="captions">What is said about the pictures.</param>
/// <param name="seed">Names the pictures: the same seed gives the same batches.</param>
internal sealed class PictureFeed(PictureDomain domain, ClipTokenizer tokenizer, CaptionSource captions, long seed)
{
    private readonly PixelNormalisation _normalisation = PixelNormalisation.Clip;

    /// <summary>The batches, one after the other.</summary>
    /// <param name="batches">How many.</param>
    /// <param name="size">Pictures in a batch.</param>
    public IEnumerable<CaptionedPictures> Read(int batches, int size)
    {
        Task<CaptionedPictures> next = Task.Run(() => Draw(0, size));
        for (int batch = 0; batch < batches; batch++)
        {
            CaptionedPictures current = next.GetAwaiter().GetResult();
            long following = (batch + 1L) * size;
            if (batch + 1 < batches)
            {
                next = Task.Run(() => Draw(following, size));
            }

            yield return current;
        }
    }

    private CaptionedPictures Draw(long first, int size)
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
            tokens.AddRange(tokenizer.Tokenize(caption, PretrainingPlan.ContextLength).Select(id => (long)id));
        }

        return new CaptionedPictures(pixels, [.. tokens], size);
    }
}

/// <summary>A batch in managed memory.</summary>
/// <param name="Pixels">Normalised, [batch, 3, size, size], row-major.</param>
/// <param name="Tokens">[batch, context], row-major.</param>
/// <param name="Count">Pictures in the batch.</param>
internal sealed record CaptionedPictures(float[] Pixels, long[] Tokens, int Count);
