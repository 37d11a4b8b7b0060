using PromptKD.Configuration;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Inference.Profiles;

/// <summary>Sizes of what a method learns by its settings.</summary>
internal static class MethodSizes
{
    /// <param name="method">As TRAINER.NAME spells it.</param>
    /// <param name="settings">TRAINER.*.</param>
    /// <param name="clip">What it learns on.</param>
    /// <param name="embedding">Width of the class vectors.</param>
    /// <param name="classes">How many classes there are.</param>
    public static LearnedSizes Of(
        string method, TrainerConfig settings, ClipArchitecture clip, int embedding, int classes) =>
        MethodCatalog.Find(method).Settings(settings) switch
        {
            PromptKDConfig student => new(method)
            {
                VisionLength = student.NCtxVision,
                VisionDepth = VisionDepth(student, clip),
                TeacherEmbedding = embedding,
                ProjectorLayers = student.ProjectLayer,
            },
            CoOpConfig coop => new(method)
            {
                ContextLength = coop.NCtx,
                ContextClasses = coop.Csc ? classes : null,
                TextDepth = 1,
            },
            CoCoOpConfig conditional => new(method) { ContextLength = conditional.NCtx, TextDepth = 1 },
            MaPLeConfig maple => new(method)
            {
                ContextLength = maple.NCtx,
                TextDepth = Math.Min(maple.PromptDepth, clip.TextLayers),
                VisionLength = maple.NCtx,
                VisionDepth = Math.Min(maple.PromptDepth, clip.VisionLayers),
            },
            TowerPromptConfig both => OfTowers(method, both, clip),
            _ => throw new InvalidOperationException($"What {method} learns has no case among these sizes."),
        };

    private static LearnedSizes OfTowers(
        string method, TowerPromptConfig settings, ClipArchitecture clip) => new(method)
        {
            ContextLength = settings.NCtxText,
            TextDepth = Math.Clamp(settings.PromptDepthText, 1, clip.TextLayers),
            VisionLength = settings.NCtxVision,
            VisionDepth = VisionDepth(settings, clip),
        };

    private static int VisionDepth(TowerPromptConfig settings, ClipArchitecture clip) =>
        settings.NCtxVision == 0 ? 0 : Math.Min(settings.PromptDepthVision, clip.VisionLayers);
}
