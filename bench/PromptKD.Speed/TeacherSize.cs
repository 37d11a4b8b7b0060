using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Speed;

/// <summary>
/// PromptSRC at the size of PromptKD's teachers, with random content: a ViT-L/14, batches of 4 pictures, 4 learned
/// tokens in 9 layers of either tower, class names of 1 to 4 tokens before a full stop.
/// </summary>
internal static class TeacherSize
{
    private const int BatchSize = 4, PromptLength = 4, PromptDepth = 9;
    private const int StartOfText = 49406, EndOfText = 49407, AnyToken = 1, LongestName = 4;
    private const double LogitScale = 4.6; // ln 100

    /// <summary>The paper's numbers.</summary>
    public static PromptSRCSettings Settings { get; } =
        new(TextLossWeight: 25, ImageLossWeight: 10, AverageMean: 15, AverageDeviation: 1);

    /// <summary>A batch of noise.</summary>
    public static Batch RandomBatch() => new(
        randn(BatchSize, 3, TrueSize.Teacher.ImageSize, TrueSize.Teacher.ImageSize),
        arange(BatchSize),
        [.. Enumerable.Range(0, BatchSize)]);

    /// <summary>Sentences of a start, learned tokens, a name of 1 to 4 tokens, a full stop and an end.</summary>
    /// <returns>int64, zero-padded, [classes, context].</returns>
    public static Tensor RandomTexts(int classes)
    {
        var ids = new long[classes * TrueSize.Teacher.ContextLength];
        for (int label = 0; label < classes; label++)
        {
            int name = 1 + (label % LongestName);
            Span<long> text = ids.AsSpan(label * TrueSize.Teacher.ContextLength);
            text[0] = StartOfText;
            text.Slice(1, PromptLength + name + 1).Fill(AnyToken);
            text[PromptLength + name + 2] = EndOfText;
        }

        using Tensor flat = tensor(ids);
        return flat.view(classes, -1).clone();
    }

    /// <summary>Frozen towers of random weights.</summary>
    public static (ImageEncoder Images, TextEncoder Text) RandomTowers(ComputeTarget target) => (
        TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Teacher, target.Type, target.Device)),
        TrueSize.WithRandomWeights(new TextEncoder(TrueSize.Teacher, target.Type, target.Device)));

    /// <summary>Learned tokens of both towers, float32.</summary>
    public static TowerPrompts RandomPrompts() => new(
        new LearnedPrompts(PromptLength, PromptDepth, TrueSize.Teacher.TextWidth, CPU, roundToHalf: false),
        new LearnedPrompts(PromptLength, PromptDepth, TrueSize.Teacher.VisionWidth, CPU, roundToHalf: false));

    /// <summary>The library's own method.</summary>
    /// <param name="target">In which precision.</param>
    /// <param name="classes">How many.</param>
    /// <param name="gibibytes">What it may take in all, GiB; 0 for what is free.</param>
    public static PromptSRCMethod RandomMethod(ComputeTarget target, int classes, double gibibytes)
    {
        (ImageEncoder images, TextEncoder text) = RandomTowers(target);
        var sentences = new PromptedTexts(text, RandomTexts(classes), PromptLength);
        var clip = new PromptedClip(
            images, text, sentences, tensor((float)LogitScale), new TextBudget(Gibibytes: gibibytes));
        return new PromptSRCMethod(clip, RandomPrompts(), TrueSize.RandomClassVectors(classes), Settings);
    }

    /// <summary>Features of length 1, as both sides of the comparison use them.</summary>
    public static Tensor Normalise(Tensor features) => functional.normalize(features, dim: -1);

    /// <summary>Scaled cosines, [batch, classes].</summary>
    public static Tensor Compare(Tensor images, Tensor texts) => Math.Exp(LogitScale) * images.matmul(texts.t());
}
