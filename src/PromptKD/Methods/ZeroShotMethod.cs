using PromptKD.Features;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Methods;

/// <summary>Plain CLIP: images are compared with the texts of the class names, and nothing is learned.</summary>
/// <remarks>arXiv 2103.00020, section 3.1; CoOp trainers/zsclip.py.</remarks>
/// <param name="images">The image tower; taken over.</param>
/// <param name="classVectors">The text features of the classes, by the same CLIP; taken over.</param>
internal sealed class ZeroShotMethod(LiveFeatures images, ClassVectors classVectors) : IClassifier
{
    /// <summary>Plain CLIP with the one sentence that CoOp's program has for the data set.</summary>
    public static ZeroShotMethod BuildOneSentence(MethodInputs inputs) =>
        Build(inputs, [PromptTemplates.ForDataset(inputs.Config.Dataset.Name)]);

    /// <summary>Plain CLIP with the average of several sentences.</summary>
    public static ZeroShotMethod BuildEnsemble(MethodInputs inputs) =>
        Build(inputs, PromptTemplates.EnsembleFor(inputs.Config.Dataset.Name));

    /// <inheritdoc/>
    public Tensor Classify(Tensor pixels)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return ScoresOf(images.Of(pixels)).MoveToOuterDisposeScope();
    }

    /// <param name="pixels">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Normalised features, float32, [batch, embedding].</returns>
    public Tensor Features(Tensor pixels) => images.Of(pixels);

    /// <param name="features">What <see cref="Features"/> gave.</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor ScoresOf(Tensor features) => classVectors.Compare(features, classVectors.LogitScale);

    /// <inheritdoc/>
    public void Dispose()
    {
        images.Dispose();
        classVectors.Dispose();
    }

    private static ZeroShotMethod Build(MethodInputs inputs, IReadOnlyList<PromptTemplate> templates)
    {
        // Not disposed: that would free the caller's weights.
        var clip = new FrozenClip(inputs.Clip, prompts: null, inputs.Target);
        ClassVectors vectors = clip.ReadClassVectors(
            inputs.Tokenizer.Value, inputs.ClassNames, templates, contextText: "", roundToHalf: false);
        return new ZeroShotMethod(clip.ReadImageTower(roundToHalf: false), vectors);
    }
}
