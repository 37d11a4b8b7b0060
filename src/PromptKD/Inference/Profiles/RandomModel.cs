using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Teachers;
using TorchSharp.Modules;

namespace PromptKD.Inference.Profiles;

/// <summary>
/// A model of given sizes with random weights: how long it computes, and in how much memory, does not depend on them.
/// </summary>
internal static class RandomModel
{
    private const double Deviation = 0.02;

    // CLIP's published scale of logits, exp and before.
    private const double LogitScale = 100;

    // A sentence of the family: start, learned tokens, a name of one token, a full stop, end.
    private const int OtherTokens = 4;

    /// <summary>Builds what classifies.</summary>
    /// <exception cref="PromptKDException">Its learned tokens leave no room for a class name.</exception>
    public static IClassifier Build(CountedModel model, ComputeTarget target)
    {
        using var parts = new Unfinished();
        ImageEncoder images = parts.Add(ImageEncoder.Create(model.Clip, target.Type, target.Device));
        Fill(images);
        if (model.MakesTextsOfPictures)
        {
            return parts.HandOver(BuildCoCoOp(model, images, target));
        }

        var shape = new StudentShape(model.VisionTokens, model.VisionDepth, model.Embedding)
        {
            ProjectorLayers = model.ProjectorLayers,
        };
        Student student = parts.Add(new Student(images, shape));
        student.train(false);
        return parts.HandOver(new DistilledStudent(student, ClassVectors(model, target.Device), LogitScale));
    }

    private static CoCoOpMethod BuildCoCoOp(CountedModel model, ImageEncoder images, ComputeTarget target)
    {
        ClipArchitecture clip = model.Clip;
        if (model.TextTokens + OtherTokens > clip.ContextLength)
        {
            throw new PromptKDException(
                $"TRAINER.COCOOP.N_CTX is {model.TextTokens}, but a sentence has {clip.ContextLength} tokens. Give "
                + $"{clip.ContextLength - OtherTokens} or fewer.");
        }

        using var parts = new Unfinished();
        TextEncoder texts = parts.Add(new TextEncoder(clip, target.Type, target.Device));
        Fill(texts);
        var sentences = new PromptedTexts(texts, Sentences(model), model.TextTokens);
        using Tensor scale = tensor((float)Math.Log(LogitScale), device: target.Device);
        var prompted = new PromptedClip(images, texts, sentences, scale.clone(), new TextBudget());
        using Tensor context = LearnedPrompts.Draw(model.TextTokens, clip.TextWidth, target.Device);
        return parts.HandOver(new CoCoOpMethod(
            prompted, context, new MetaNetwork(clip.EmbeddingSize, clip.TextWidth, target.Device)));
    }

    // [classes, context]: the end has the largest id.
    private static Tensor Sentences(CountedModel model)
    {
        ClipArchitecture clip = model.Clip;
        long[] sentence = new long[clip.ContextLength];
        sentence[0] = clip.VocabularySize - 2L;
        Array.Fill(sentence, 1, 1, model.TextTokens + 2);
        sentence[model.TextTokens + OtherTokens - 1] = clip.VocabularySize - 1L;
        return tensor(sentence).expand(model.Classes, -1).contiguous();
    }

    private static ClassVectors ClassVectors(CountedModel model, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor vectors = nn.functional.normalize(randn(model.Classes, model.Embedding, device: device), dim: -1);
        string[] names = [.. Enumerable.Range(1, model.Classes).Select(number => $"class {number}")];
        return new ClassVectors(names, vectors, LogitScale);
    }

    // Vectors are scales, biases and statistics: 1 keeps all numbers ordinary.
    private static void Fill(nn.Module module)
    {
        using IDisposable noGradients = no_grad();
        foreach (Tensor place in module.state_dict().Values)
        {
            _ = place.dim() > 1 ? place.normal_(0, Deviation) : place.FillInPlace(1);
        }

        foreach (Parameter parameter in module.parameters())
        {
            parameter.requires_grad = false;
        }
    }
}
