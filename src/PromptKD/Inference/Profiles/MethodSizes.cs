using PromptKD.Configuration;
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
        string method, TrainerConfig settings, ClipArchitecture clip, int embedding, int classes) => method switch
        {
            "PromptKD" => new(method)
            {
                VisionLength = settings.PromptKD.NCtxVision,
                VisionDepth = VisionDepth(settings.PromptKD, clip),
                TeacherEmbedding = embedding,
                ProjectorLayers = settings.PromptKD.ProjectLayer,
            },
            "CoOp" => new(method)
            {
                ContextLength = settings.CoOp.NCtx,
                ContextClasses = settings.CoOp.Csc ? classes : null,
                TextDepth = 1,
            },
            "CoCoOp" => new(method) { ContextLength = settings.CoCoOp.NCtx, TextDepth = 1 },
            "MaPLe" => new(method)
            {
                ContextLength = settings.MaPLe.NCtx,
                TextDepth = Math.Min(settings.MaPLe.PromptDepth, clip.TextLayers),
                VisionLength = settings.MaPLe.NCtx,
                VisionDepth = Math.Min(settings.MaPLe.PromptDepth, clip.VisionLayers),
            },
            "IVLP" => OfTowers(method, settings.IVLP, clip),
            _ => OfTowers(method, settings.PromptSRC, clip),
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
