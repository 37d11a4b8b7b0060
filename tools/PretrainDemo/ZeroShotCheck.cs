using System.Globalization;
using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PretrainDemo;

/// <summary>Zero-shot accuracy of a model on freshly drawn pictures, base and novel classes apart.</summary>
/// <param name="Base">Percent right among the base classes.</param>
/// <param name="Novel">Percent right among the novel classes.</param>
internal sealed record ZeroShotCheck(double Base, double Novel)
{
    private const int PicturesPerClass = 20;
    private const long Seed = 9; // Not that of the demo's own photos or test pictures.

    /// <summary>The harmonic mean of the two, percent.</summary>
    public double HarmonicMean => Base + Novel > 0 ? 2 * Base * Novel / (Base + Novel) : 0;

    /// <summary>Draws pictures of every class, 20 each, and lets the model name them.</summary>
    /// <param name="model">The model to measure.</param>
    /// <param name="domain">How the pictures vary.</param>
    /// <param name="tokenizer">Turns captions into token ids.</param>
    public static ZeroShotCheck Run(ContrastiveModel model, PictureDomain domain, ClipTokenizer tokenizer)
    {
        ILookup<bool, DemoClass> halves = DemoClass.All.ToLookup(one => one.IsBase);
        return new ZeroShotCheck(Accuracy([.. halves[true]]), Accuracy([.. halves[false]]));

        double Accuracy(DemoClass[] classes) => PercentRight(model, domain, tokenizer, classes);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"base {Base:0.0} %, novel {Novel:0.0} %, harmonic mean {HarmonicMean:0.0} %");

    private static double PercentRight(
        ContrastiveModel model, PictureDomain domain, ClipTokenizer tokenizer, DemoClass[] classes)
    {
        using CollectionPause pause = CollectionPause.Begin();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        Tensor pictures = model.Images.forward(DrawPictures(domain, classes), null);
        Tensor texts = model.Texts.forward(Tokens(classes, tokenizer), null);
        Tensor unitTexts = nn.functional.normalize(texts, dim: -1);
        Tensor guesses = pictures.matmul(unitTexts.t()).argmax(1); // [pictures]; their length changes no order
        Tensor labels = arange(classes.Length, ScalarType.Int64).repeat_interleave(PicturesPerClass);
        return 100 * guesses.eq(labels).to(ScalarType.Float64).mean().item<double>();
    }

    /// <returns>[classes · 20, 3, size, size].</returns>
    private static Tensor DrawPictures(PictureDomain domain, DemoClass[] classes)
    {
        float[] pixels = new float[classes.Length * PicturesPerClass * ScenePainter.Bytes];
        for (int i = 0; i < classes.Length * PicturesPerClass; i++)
        {
            DemoClass shown = classes[i / PicturesPerClass];
            var scene = Scene.Sample(domain, shown, Seed, (shown.IsBase ? 0 : 1_000_000) + i);
            PixelNormalisation.Clip.Apply(
                ScenePainter.Paint(scene), pixels.AsSpan(i * ScenePainter.Bytes, ScenePainter.Bytes));
        }

        return tensor(pixels).view(-1, 3, ScenePainter.Size, ScenePainter.Size);
    }

    /// <returns>[classes, context].</returns>
    private static Tensor Tokens(DemoClass[] classes, ClipTokenizer tokenizer)
    {
        long[] ids =
        [
            .. classes
                .Select(one => Captions.ZeroShot(one))
                .SelectMany(text => tokenizer.Tokenize(text, DemoModel.ContextLength))
                .Select(id => (long)id),
        ];
        return tensor(ids).view(classes.Length, -1);
    }
}
