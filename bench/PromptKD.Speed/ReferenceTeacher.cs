using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;

namespace PromptKD.Speed;

/// <summary>
/// A step of PromptSRC with the reference's arithmetic: float32, all 77 tokens of all classes with their graph, all
/// tokens of every last layer. The loss is the same number as <see cref="PromptSRCMethod"/>'s; the update, a
/// thousandth of a step, is left out.
/// </summary>
/// <remarks>PromptSRC trainers/promptsrc.py, <c>CustomCLIP.forward</c> and <c>forward_backward</c>.</remarks>
internal sealed class ReferenceTeacher : IDisposable
{
    private readonly ImageEncoder _images;
    private readonly TextEncoder _text;
    private readonly TowerPrompts _prompts = TeacherSize.RandomPrompts();
    private readonly Tensor _plainTexts;
    private readonly Tensor _ids;

    /// <param name="classes">How many.</param>
    public ReferenceTeacher(int classes)
    {
        (_images, _text) = TeacherSize.RandomTowers(new ComputeTarget(CPU, ScalarType.Float32));
        _ids = TeacherSize.RandomTexts(classes);
        _plainTexts = randn(classes, TrueSize.Teacher.EmbeddingSize);
    }

    /// <summary>Forward and backward.</summary>
    public void Step(Batch batch)
    {
        using var pause = CollectionPause.Begin();
        using DisposeScope scope = NewDisposeScope();
        ClipOutput plain = AskPlain(batch.Images);
        Tensor texts = TeacherSize.Normalise(UncutTowers.EncodeTexts(_text, _ids, _prompts.Text));
        Tensor images = TeacherSize.Normalise(UncutTowers.EncodeImages(_images, batch.Images, _prompts.Vision));
        var prompted = new ClipOutput(images, texts, TeacherSize.Compare(images, texts));
        PromptSRCSettings settings = TeacherSize.Settings;
        SelfRegulation.Compute(prompted, plain, batch.Labels!, settings.TextLossWeight, settings.ImageLossWeight)
            .Total.backward();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images.Dispose();
        _text.Dispose();
        _prompts.Dispose();
        _plainTexts.Dispose();
        _ids.Dispose();
    }

    private ClipOutput AskPlain(Tensor pixels)
    {
        using IDisposable noGradients = no_grad();
        Tensor images = TeacherSize.Normalise(UncutTowers.EncodeImages(_images, pixels, prompts: null));
        Tensor texts = TeacherSize.Normalise(_plainTexts);
        return new ClipOutput(images, texts, TeacherSize.Compare(images, texts));
    }
}
