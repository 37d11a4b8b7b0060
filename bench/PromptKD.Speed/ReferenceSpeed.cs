using System.Globalization;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Speed;

/// <summary>Seconds a picture with the reference's arithmetic, float32: <c>reference CLASSES</c>.</summary>
internal static class ReferenceSpeed
{
    private const int ClassesOfParts = 50;
    private const int StartOfText = 49406, EndOfText = 49407, TokensOfText = 9;

    /// <summary>Whole steps, the texts of all classes in each.</summary>
    public static void MeasureWhole(WorkFolder work, int repetitions)
    {
        TextEncoder texts = RandomTextTower();
        foreach (int classes in TrueSize.ClassCounts)
        {
            using Tensor ids = TokensOf(classes);
            using Batch batch = TrueSize.RandomBatch();
            using ReferenceMethod method = RandomMethod(() => UncutTowers.EncodeTexts(texts, ids));
            using TrainingLoop loop = TrueSize.LoopOf(method);
            double step = Timing.MedianSeconds(repetitions, () => loop.Step(batch, TrueSize.LearningRate));
            work.Add($"reference {classes}", step / TrueSize.BatchSize);
        }

        texts.Dispose();
    }

    /// <summary>
    /// The texts of a few classes, and steps without texts. Texts do not see each other, so their time is
    /// proportional to their number; the sum of both is the time of a whole step.
    /// </summary>
    public static void MeasureInParts(WorkFolder work, int repetitions)
    {
        double text = MeasureTexts(repetitions) / ClassesOfParts;
        double images = MeasureImages(repetitions);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reference, added up from parts: {images:0.00} s a step for pictures, and {text * 1000:0.0} ms a class "
            + $"for texts, timed on {ClassesOfParts} classes"));
        foreach (int classes in TrueSize.ClassCounts)
        {
            work.Add($"reference {classes}", (images + (classes * text)) / TrueSize.BatchSize);
        }
    }

    private static double MeasureTexts(int repetitions)
    {
        using TextEncoder texts = RandomTextTower();
        using Tensor ids = TokensOf(ClassesOfParts);
        return Timing.MedianSeconds(repetitions, () =>
        {
            using var pause = CollectionPause.Begin();
            using IDisposable noGradients = no_grad();
            using DisposeScope scope = NewDisposeScope();
            UncutTowers.EncodeTexts(texts, ids);
        });
    }

    private static double MeasureImages(int repetitions)
    {
        using Tensor given = randn(ClassesOfParts, TrueSize.Teacher.EmbeddingSize);
        using Batch batch = TrueSize.RandomBatch();
        using ReferenceMethod method = RandomMethod(() => given.alias());
        using TrainingLoop loop = TrueSize.LoopOf(method);
        return Timing.MedianSeconds(repetitions, () => loop.Step(batch, TrueSize.LearningRate));
    }

    private static ReferenceMethod RandomMethod(Func<Tensor> encodeClasses) => new(
        TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Student, ScalarType.Float32, CPU)),
        TrueSize.StudentShape,
        TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Teacher, ScalarType.Float32, CPU)),
        encodeClasses,
        TrueSize.LogitScale,
        TrueSize.LogitScale,
        TrueSize.Settings);

    private static TextEncoder RandomTextTower() =>
        TrueSize.WithRandomWeights(new TextEncoder(TrueSize.Teacher, ScalarType.Float32, CPU));

    // As many tokens as "a photo of a …." has; what follows them is computed all the same. [classes, context]
    private static Tensor TokensOf(int classes)
    {
        long[] text = new long[TrueSize.Teacher.ContextLength];
        text.AsSpan(0, TokensOfText).Fill(1);
        text[0] = StartOfText;
        text[TokensOfText - 1] = EndOfText;
        using Tensor one = tensor(text);
        return one.expand(classes, -1).contiguous();
    }
}
