using System.Globalization;
using PretrainDemo;
using PromptKD.Runtime;
using PromptKD.Text;

namespace EmojiStyles;

/// <summary>
/// How well a CLIP that was just trained names pictures of concepts: what a reader of the log wants to know.
/// </summary>
internal static class ZeroShot
{
    private const int PicturesAtOnce = 256;

    /// <summary>
    /// One line: harmonic mean over the halves of the classes, averaged over splits, and accuracy over all.
    /// </summary>
    public static string Measure(
        ContrastiveModel model,
        ClipTokenizer tokenizer,
        IReadOnlyList<(Concept Concept, Picture Picture)> pictures,
        IReadOnlyList<Split> splits)
    {
        using CollectionPause pause = CollectionPause.Begin();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        string[] classes = [.. splits[0].Classes.Order(StringComparer.Ordinal)];
        long[] ids =
        [
            .. classes.SelectMany(one => tokenizer
                .TokenizeTruncated($"a photo of a {Concept.ClassNameOf(one)}.", model.Architecture.ContextLength)
                .Select(id => (long)id)),
        ];
        Tensor texts =
            nn.functional.normalize(model.Texts.forward(tensor(ids).view(classes.Length, -1), null), dim: -1);
        var scores = new List<(int Label, float[] Scores)>();
        foreach ((Concept Concept, Picture Picture)[] chunk in pictures
            .Where(one => classes.Contains(one.Concept.Group)).Chunk(PicturesAtOnce))
        {
            float[] pixels = new float[chunk.Length * Picture.OpaqueBytes];
            for (int i = 0; i < chunk.Length; i++)
            {
                PixelNormalisation.Clip.Apply(
                    chunk[i].Picture.On(Rgb.White), pixels.AsSpan(i * Picture.OpaqueBytes, Picture.OpaqueBytes));
            }

            using DisposeScope inner = NewDisposeScope();
            Tensor images =
                model.Images.forward(tensor(pixels).view(chunk.Length, 3, Picture.Size, Picture.Size), null);
            float[] logits = images.matmul(texts.t()).data<float>().ToArray();
            scores.AddRange(chunk.Select((one, i) => (
                Array.IndexOf(classes, one.Concept.Group),
                logits[(i * classes.Length)..((i + 1) * classes.Length)])));
        }

        double all = Accuracy([.. Enumerable.Range(0, classes.Length)]);
        double mean = splits.Average(split =>
        {
            double low = Accuracy([.. split.Classes.Take(split.Base).Select(one => Array.IndexOf(classes, one))]);
            double high = Accuracy([.. split.Classes.Skip(split.Base).Select(one => Array.IndexOf(classes, one))]);
            return low + high > 0 ? 2 * low * high / (low + high) : 0;
        });
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.0} / {all:0.0}");

        double Accuracy(int[] among)
        {
            (int Label, float[] Scores)[] own = [.. scores.Where(one => among.Contains(one.Label))];
            return 100.0 * own.Count(one => among.MaxBy(label => one.Scores[label]) == one.Label) / own.Length;
        }
    }
}
