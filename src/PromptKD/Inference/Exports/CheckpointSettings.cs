using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Inference.Exports;

/// <summary>
/// The configuration of a run that would have learned a checkpoint: its own sizes, and what was asked for.
/// </summary>
internal static class CheckpointSettings
{
    private const string UsualContext = "a photo of a";

    /// <param name="learned">The checkpoint.</param>
    /// <param name="request">What it does not say.</param>
    /// <exception cref="PromptKDException">What was asked for has no meaning with this method.</exception>
    public static ExperimentConfig Of(LearnedCheckpoint learned, ExportRequest request)
    {
        RefuseIdle(learned, request);
        ExperimentConfig usual = DistillPreset.Config;
        return usual with
        {
            Device = ComputeNames.Of(request.Device, request.DeviceIndex),
            Input = usual.Input with { Upright = request.Upright, Scale16Bit = request.Scale16Bit },
            Distill = usual.Distill with
            {
                Student = request.Student,
                Teacher = request.Teacher ?? "",
                TeacherPrompts = request.TeacherPrompts ?? "",
                Vocab = request.Vocabulary ?? "",
                Classes = [.. request.ClassNames],
            },
            Trainer = Trainer(usual.Trainer, learned, request),
        };
    }

    private static TrainerConfig Trainer(TrainerConfig usual, LearnedCheckpoint learned, ExportRequest request)
    {
        string context = request.Context ?? UsualContext;
        return learned.Method switch
        {
            "PromptKD" => usual with
            {
                Name = "PromptKD",
                PromptKD = usual.PromptKD with
                {
                    NCtxVision = learned.VisionLength,
                    PromptDepthVision = learned.VisionDepth,
                    CtxInit = context,
                    ProjectLayer = learned.ProjectorLayers,
                    HalfPrompts = request.HalfPrompts,
                    Templates = request.Templates.Count > 0 ? [.. request.Templates] : usual.PromptKD.Templates,
                },
            },
            "CoOp" => usual with { Name = "CoOp", CoOp = CoOp(usual.CoOp, learned, request) },
            "MaPLe" => usual with
            {
                Name = "MaPLe",
                MaPLe = usual.MaPLe with
                {
                    NCtx = learned.ContextLength,
                    PromptDepth = learned.VisionDepth,
                    CtxInit = context,
                },
            },

            // PromptSRC classifies as IVLP does; what it adds is there to learn.
            _ => usual with
            {
                Name = "IVLP",
                IVLP = usual.IVLP with
                {
                    NCtxText = learned.ContextLength,
                    PromptDepthText = learned.TextDepth,
                    NCtxVision = learned.VisionLength,
                    PromptDepthVision = learned.VisionDepth,
                    CtxInit = context,
                },
            },
        };
    }

    private static CoOpConfig CoOp(CoOpConfig usual, LearnedCheckpoint learned, ExportRequest request)
    {
        if (learned.ContextClasses is { } own && own != request.ClassNames.Count)
        {
            throw new PromptKDException(
                $"{learned.Path}: {own} classes have learned tokens of their own, but ‹classes› has "
                + $"{request.ClassNames.Count}. Give those {own}, in the order of the training.");
        }

        string words = request.Context ?? "";
        if (words.Length > 0 && ContextText.CountedInWords(words, 0).Length is var count
            && count != learned.ContextLength)
        {
            throw new PromptKDException(
                $"{learned.Path}: it learned {learned.ContextLength} tokens, but ‹context› \"{words}\" has {count} "
                + "words. Give CTX_INIT of its training, or leave ‹context› out where that was empty.");
        }

        if (words.Length > 0 && learned.ContextClasses is not null)
        {
            throw new PromptKDException(
                $"{learned.Path}: each class has learned tokens of its own, which never start from words. Leave "
                + "‹context› out.");
        }

        return usual with
        {
            NCtx = learned.ContextLength,
            Csc = learned.ContextClasses is not null,
            CtxInit = words,
            ClassTokenPosition = request.ClassPosition?.ToLowerInvariant() ?? usual.ClassTokenPosition,
        };
    }

    private static void RefuseIdle(LearnedCheckpoint learned, ExportRequest request)
    {
        bool isDistilled = learned.Method == "PromptKD";
        if (isDistilled && request.Teacher is null)
        {
            throw new PromptKDException(
                $"{learned.Path}: a student of PromptKD has no text tower; its class vectors come from its teacher. "
                + "Give ‹teacher›, and ‹teacher-prompts› where the teacher had some.");
        }

        if (!isDistilled && (request.Teacher ?? request.TeacherPrompts) is { } teacher)
        {
            throw new PromptKDException(
                $"{learned.Path}: a checkpoint of {learned.Method}, which makes class vectors with its own text "
                + $"tower. Leave ‹teacher› and ‹teacher-prompts› ('{teacher}') out.");
        }

        if (request.Templates.Count > 0 && (!isDistilled || request.TeacherPrompts is not null))
        {
            throw new PromptKDException(
                $"{request.TeacherPrompts ?? learned.Path}: learned text tokens stand in the place of a sentence. "
                + "Leave ‹template› out.");
        }

        if (request.ClassPosition is not null && learned.Method != "CoOp")
        {
            throw new PromptKDException(
                $"{learned.Path}: a checkpoint of {learned.Method}, whose class names stand at the end. Leave "
                + "‹class-position› out.");
        }

        if (request.HalfPrompts && !isDistilled)
        {
            throw new PromptKDException(
                $"{learned.Path}: a checkpoint of {learned.Method}; only PromptKD's prompts are rounded. Leave "
                + "‹half-prompts› out.");
        }
    }
}
