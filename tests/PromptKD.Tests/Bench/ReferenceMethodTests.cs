using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Speed;
using PromptKD.Teachers;

namespace PromptKD.Tests.Bench;

/// <summary>A comparison of speeds is fair only between two ways to the same numbers.</summary>
public sealed class ReferenceMethodTests
{
    private const double TeacherScale = 20;
    private const long StartOfText = 38, EndOfText = 39;

    private const double StudentScale = 10;

    private static readonly PromptKDSettings s_settings = new(LossWeight: 3, Temperature: 2);

    private static readonly StudentShape s_shape = new(
        PromptLength: 2, PromptDepth: 2, TinyClip.Architecture.EmbeddingSize);

    [Fact]
    public void Learns_what_the_library_learns()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod library = MakeLibrary();
        using TextEncoder texts = TinyClip.TextEncoder();
        using ReferenceMethod reference = MakeReference(texts);
        CopyLearned(library, reference);
        using var batch = new Batch(TinyClip.Images(4), labels: null, [0, 1, 2, 3]);
        library.SetTraining(true);
        reference.SetTraining(true);

        StepOutcome expected = library.Loss(batch);
        StepOutcome actual = reference.Loss(batch);
        expected.Loss.backward();
        actual.Loss.backward();

        TensorAssert.Near(expected.Loss, actual.Loss, 1e-5);
        Assert.Equal(expected.Matches.item<long>(), actual.Matches.item<long>());
        Assert.All(library.Trainable.Zip(reference.Trainable), pair =>
            TensorAssert.Near(pair.First.Value.grad!, pair.Second.Value.grad!, 1e-4));
    }

    [Fact]
    public void Looks_at_the_texts_in_each_step()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder texts = TinyClip.TextEncoder();
        int encodings = 0;
        using ReferenceMethod reference = MakeReference(texts, () => encodings++);
        using var batch = new Batch(TinyClip.Images(4), labels: null, [0, 1, 2, 3]);

        reference.Loss(batch);
        reference.Loss(batch);

        Assert.Equal(2, encodings);
    }

    private static PromptKDMethod MakeLibrary()
    {
        using IDisposable noGradients = no_grad();
        using TextEncoder texts = TinyClip.TextEncoder();
        Tensor vectors = nn.functional.normalize(texts.forward(Tokens(), prompts: null), dim: -1);
        return new PromptKDMethod(
            new Student(TinyClip.ImageEncoder(), s_shape),
            StudentScale,
            new Teacher(
                new ClassVectors(["a", "b", "c"], vectors, TeacherScale),
                new LiveFeatures(TinyClip.ImageEncoder(), prompts: null)),
            s_settings);
    }

    private static ReferenceMethod MakeReference(TextEncoder texts, Action? encoding = null)
    {
        Tensor Encode()
        {
            encoding?.Invoke();
            return UncutTowers.EncodeTexts(texts, Tokens());
        }

        return new ReferenceMethod(
            TinyClip.ImageEncoder(), s_shape, TinyClip.ImageEncoder(), Encode, TeacherScale, StudentScale, s_settings);
    }

    private static void CopyLearned(PromptKDMethod from, ReferenceMethod to)
    {
        using IDisposable noGradients = no_grad();
        foreach ((var source, var place) in from.Trainable.Zip(to.Trainable))
        {
            place.Value.copy_(source.Value);
        }
    }

    // Three texts of different lengths, [3, 12].
    private static Tensor Tokens() => tensor(new long[,]
    {
        { StartOfText, 1, 2, EndOfText, 0, 0, 0, 0, 0, 0, 0, 0 },
        { StartOfText, 3, 4, 5, 6, EndOfText, 0, 0, 0, 0, 0, 0 },
        { StartOfText, 7, EndOfText, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    });
}
