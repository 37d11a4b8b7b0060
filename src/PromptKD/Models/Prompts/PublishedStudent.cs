using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Models.Prompts;

/// <summary>A student as PromptKD publishes it: what was learned, on top of the CLIP that it was learned on.</summary>
/// <param name="Student">The model.</param>
/// <param name="LogitScale">exp(logit_scale) of its CLIP, which scales its logits.</param>
internal sealed record PublishedStudent(Student Student, double LogitScale) : IDisposable
{
    /// <summary>Builds the student of a checkpoint; its prompts, if any, and its projector tell the sizes.</summary>
    /// <param name="clip">The CLIP that the student was made of.</param>
    /// <param name="learned">What <see cref="PromptCheckpoint.ReadStudent"/> read. Neither is taken over.</param>
    /// <param name="target">Where to compute, and in which element type.</param>
    /// <param name="roundToHalf">As <see cref="LayerPrompts.RoundToHalf"/>.</param>
    /// <exception cref="PromptKDException">The checkpoint belongs to another CLIP.</exception>
    public static PublishedStudent Build(
        ClipCheckpoint clip, PromptedWeights learned, ComputeTarget target, bool roundToHalf = false)
    {
        learned.CheckFits(clip.Architecture);
        ProjectorWeights projector = learned.Projector
            ?? throw new ArgumentException("A student has a projector.", nameof(learned));
        Tensor[] prompts = learned.VisionPrompts is { } first ? [first, .. learned.DeepVisionPrompts] : [];
        IReadOnlyDictionary<string, Tensor> frozen = learned.Over(clip.Tensors);
        var encoder = ImageEncoder.Create(clip.Architecture, target.Type, target.Device);
        ModuleWeights.Fill(encoder, frozen, "visual.", clip.Description);
        var shape = new StudentShape(
            (int)(prompts.FirstOrDefault()?.shape[0] ?? 0), prompts.Length, (int)projector.TeacherSize, roundToHalf)
        {
            ProjectorLayers = projector.Layers,
        };
        var student = new Student(encoder, shape);
        student.LoadLearned(ByName(prompts, projector), learned.Source);
        using Tensor scale = frozen["logit_scale"].to(ScalarType.Float64, copy: true);
        return new PublishedStudent(student, Math.Exp(scale.item<double>()));
    }

    /// <inheritdoc/>
    public void Dispose() => Student.Dispose();

    private static Dictionary<string, Tensor> ByName(Tensor[] prompts, ProjectorWeights projector)
    {
        var tensors = projector.Tensors.ToDictionary(
            named => Student.ProjectorPrefix + named.Key, named => named.Value);
        for (int layer = 0; layer < prompts.Length; layer++)
        {
            tensors[Student.EncoderPrefix + LearnedPrompts.NameOf(layer)] = prompts[layer];
        }

        return tensors;
    }
}
