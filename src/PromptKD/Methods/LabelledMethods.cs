using PromptKD.Configuration;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Methods;

/// <summary>Builds the methods that learn from labels, and plain CLIP, from a configuration.</summary>
internal sealed class LabelledMethods
{
    private readonly ExperimentConfig _config;
    private readonly ClipCheckpoint _clip;
    private readonly ClipTokenizer _tokenizer;
    private readonly IReadOnlyList<string> _classNames;
    private readonly ComputeTarget _target;
    private readonly Action<string> _warn;

    private LabelledMethods(
        ExperimentConfig config,
        ClipCheckpoint clip,
        ClipTokenizer tokenizer,
        IReadOnlyList<string> classNames,
        ComputeTarget target,
        Action<string> warn)
    {
        _config = config;
        _clip = clip;
        _tokenizer = tokenizer;
        _classNames = classNames;
        _target = target;
        _warn = warn;
    }

    /// <summary>Values of TRAINER.NAME that <see cref="Build"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["CoOp", "CoCoOp", "MaPLe", "IVLP", "PromptSRC", "ZeroshotCLIP", "ZeroshotCLIP2"];

    /// <summary>Builds the method that TRAINER.NAME asks for, with fresh prompts drawn from SEED.</summary>
    /// <param name="config">TRAINER.*, SEED, DATASET.NAME (for the sentences of plain CLIP), TRAIN.TEXT_CHUNK,
    /// TRAIN.MEMORY.</param>
    /// <param name="clip">The weights; stays the caller's and is no longer needed afterwards.</param>
    /// <param name="tokenizer">The tokenizer of that CLIP's vocabulary.</param>
    /// <param name="classNames">In label order.</param>
    /// <param name="target">Where to compute, and the element type of the frozen weights. What is learned is float32.</param>
    /// <param name="warn">Is told of settings that do something else than they seem to; null for nobody.</param>
    /// <exception cref="PromptKDException">No such method; settings that this CLIP cannot have; a class name that is too
    /// long; another model's vocabulary.</exception>
    public static ITrainedMethod Build(
        ExperimentConfig config,
        ClipCheckpoint clip,
        ClipTokenizer tokenizer,
        IReadOnlyList<string> classNames,
        ComputeTarget target,
        Action<string>? warn = null)
    {
        var builder = new LabelledMethods(config, clip, tokenizer, classNames, target, warn ?? (_ => { }));
        if (config.Seed >= 0)
        {
            manual_seed(config.Seed);
        }

        return config.Trainer.Name switch
        {
            "CoOp" => builder.CoOp(config.Trainer.CoOp),
            "CoCoOp" => builder.CoCoOp(config.Trainer.CoCoOp),
            "MaPLe" => builder.MaPLe(config.Trainer.MaPLe),
            "IVLP" => builder.IVLP(config.Trainer.IVLP),
            "PromptSRC" => builder.PromptSRC(config.Trainer.PromptSRC),
            "ZeroshotCLIP" => builder.ZeroShot([PromptTemplates.ForDataset(config.Dataset.Name)]),
            "ZeroshotCLIP2" => builder.ZeroShot(PromptTemplates.EnsembleFor(config.Dataset.Name)),
            string name => throw new PromptKDException(
                $"TRAINER.NAME is '{name}', expected one of {string.Join(", ", Names)}."),
        };
    }

    private CoOpMethod CoOp(CoOpConfig settings)
    {
        var context = ContextText.CountedInWords(settings.CtxInit, settings.NCtx);
        WarnOfWords("COOP", context, settings.NCtx);
        NamePosition position = settings.ClassTokenPosition switch
        {
            "middle" => NamePosition.Middle,
            "front" => NamePosition.Front,
            _ => NamePosition.End,
        };
        if (settings.Csc && context.StartsFromWords)
        {
            _warn("TRAINER.COOP.CSC has no effect with CTX_INIT, as in the reference: all classes share one context.");
        }

        PromptedClip clip = Read(context, position);
        using Tensor initial = settings.Csc && !context.StartsFromWords
            ? clip.DrawContextOfEachClass(context)
            : clip.DrawContext(context, _tokenizer);
        return new CoOpMethod(clip, initial);
    }

    private CoCoOpMethod CoCoOp(CoCoOpConfig settings)
    {
        var context = ContextText.CountedInWords(settings.CtxInit, settings.NCtx);
        WarnOfWords("COCOOP", context, settings.NCtx);
        PromptedClip clip = Read(context, NamePosition.End);
        using Tensor initial = clip.DrawContext(context, _tokenizer);
        ClipArchitecture sizes = _clip.Architecture;
        return new CoCoOpMethod(
            clip, initial, new MetaNetwork(sizes.EmbeddingSize, sizes.TextWidth, _target.Device));
    }

    private MaPLeMethod MaPLe(MaPLeConfig settings)
    {
        var context = ContextText.CountedInTokens(settings.CtxInit, settings.NCtx);
        WarnOfTokens("MAPLE", context, settings.CtxInit);
        ClipArchitecture sizes = _clip.Architecture;
        PromptedClip clip = Read(context, NamePosition.End);
        using Tensor initial = clip.DrawContext(context, _tokenizer);
        int depth = Math.Min(settings.PromptDepth, Math.Min(sizes.TextLayers, sizes.VisionLayers));
        return new MaPLeMethod(clip, new CoupledPrompts(initial, depth, sizes.VisionWidth));
    }

    private IVLPMethod IVLP(IVLPConfig settings)
    {
        (PromptedClip clip, TowerPrompts prompts) = PromptBothTowers("IVLP", settings);
        return new IVLPMethod(clip, prompts);
    }

    private PromptSRCMethod PromptSRC(PromptSRCConfig settings)
    {
        (PromptedClip clip, TowerPrompts prompts) = PromptBothTowers("PROMPTSRC", settings);
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = ClassVectors.AverageTemplates(
            clip.Text, _tokenizer, _classNames, PromptTemplates.ImageNet, normaliseEach: false);
        var plainTexts = new ClassVectors(
            _classNames, nn.functional.normalize(mean, dim: -1), Math.Exp(_clip.LogitScale));
        return new PromptSRCMethod(clip, prompts, plainTexts, new PromptSRCSettings(
            settings.TextLossWeight,
            settings.ImageLossWeight,
            settings.GpaMean,
            settings.GpaStd,
            settings.ReferenceGpa));
    }

    private ZeroShotMethod ZeroShot(IReadOnlyList<PromptTemplate> templates)
    {
        // Not disposed: that would free the caller's weights.
        var clip = new FrozenTeacher(_clip, prompts: null, _target);
        ClassVectors vectors = clip.ReadClassVectors(
            _tokenizer, _classNames, templates, contextText: "", roundToHalf: false);
        return new ZeroShotMethod(clip.ReadImageTower(roundToHalf: false), vectors);
    }

    private (PromptedClip Clip, TowerPrompts Prompts) PromptBothTowers(string section, TowerPromptConfig settings)
    {
        if (settings.NCtxText < 1 || settings.PromptDepthText < 1)
        {
            throw new PromptKDException(
                $"TRAINER.{section}: N_CTX_TEXT is {settings.NCtxText} and PROMPT_DEPTH_TEXT {settings.PromptDepthText}, "
                + "expected 1 or more of each: the text tower cannot be without learned tokens.");
        }

        var context = ContextText.CountedInTokens(settings.CtxInit, settings.NCtxText);
        WarnOfTokens(section, context, settings.CtxInit);
        ClipArchitecture sizes = _clip.Architecture;
        PromptedClip clip = Read(context, NamePosition.End);
        using Tensor initial = clip.DrawContext(context, _tokenizer);
        int textDepth = Math.Min(settings.PromptDepthText, sizes.TextLayers);
        int visionDepth = settings.NCtxVision == 0 ? 0 : Math.Min(settings.PromptDepthVision, sizes.VisionLayers);
        var text = new LearnedPrompts(
            context.Length, textDepth, sizes.TextWidth, _target.Device, roundToHalf: false, initial);
        var vision = new LearnedPrompts(
            settings.NCtxVision, visionDepth, sizes.VisionWidth, _target.Device, roundToHalf: false);
        return (clip, new TowerPrompts(text, vision));
    }

    private PromptedClip Read(ContextText context, NamePosition position) => PromptedClip.Read(
        _clip,
        _tokenizer,
        _classNames,
        context,
        position,
        _target,
        new TextBudget(_config.Train.TextChunk, _config.Train.Memory));

    private void WarnOfWords(string section, ContextText context, int length)
    {
        if (context.StartsFromWords && context.Length != length)
        {
            _warn($"TRAINER.{section}.N_CTX {length} has no effect with CTX_INIT \"{context.Prefix}\", as in the "
                + $"reference: its {context.Length} words are learned.");
        }

        WarnOfMismatch(section, context);
    }

    private void WarnOfTokens(string section, ContextText context, string words)
    {
        if (words.Length > 0 && !context.StartsFromWords)
        {
            _warn($"TRAINER.{section}.CTX_INIT \"{words}\" has no effect with {context.Length} learned tokens, as in the "
                + "reference: more than 4 start from noise.");
        }

        WarnOfMismatch(section, context);
    }

    private void WarnOfMismatch(string section, ContextText context)
    {
        if (context.FindMismatch(_tokenizer) is { } mismatch)
        {
            _warn($"TRAINER.{section}: {mismatch}");
        }
    }
}
