using PromptKD.Text.Names;

namespace PromptKD.Configuration.Presets;

/// <summary>
/// The paper's settings for distilling, and what must be given beside them. Other ones are in <see cref="Recipe"/>.
/// </summary>
public static class DistillPreset
{
    /// <summary>
    /// The paper's base-to-novel settings (arXiv 2403.02781, section 4; PromptKD's
    /// vit_b16_c2_ep20_batch8_4+4ctx.yaml and scripts), with what is ours: automatic precision, seed 1, the last
    /// epoch's model, and pictures as people see them: upright, and 16-bit grey scaled.
    /// </summary>
    public static ExperimentConfig Config { get; } = new()
    {
        Seed = 1,
        Input = new InputConfig
        {
            Interpolation = "bicubic",
            Transforms = ["random_resized_crop", "random_flip", "normalize"],
            PixelMean = [0.48145466, 0.4578275, 0.40821073],
            PixelStd = [0.26862954, 0.26130258, 0.27577711],
            Upright = true,
            Scale16Bit = true,
        },
        DataLoader = new DataLoaderConfig
        {
            NumWorkers = 0,
            TrainX = new LoaderConfig { BatchSize = 8 },
            Test = new LoaderConfig { Sampler = "SequentialSampler", BatchSize = 100 },
        },
        Optim = new OptimConfig
        {
            Name = "sgd",
            Lr = 0.005,
            LrScheduler = "cosine",
            MaxEpoch = 20,
            WarmupEpoch = 1,
            WarmupType = "constant",
        },
        Train = new TrainConfig { PrintFreq = 20 },
        Trainer = new TrainerConfig
        {
            Name = "PromptKD",
            PromptKD = new PromptKDConfig { KdWeight = 1000, Prec = "auto" },
        },
    };

    /// <summary>Says which setting is missing or can't be used for distilling.</summary>
    /// <exception cref="PromptKDException">One is.</exception>
    internal static void Check(ExperimentConfig config)
    {
        Require(config.Distill.Images, "‹images›", "the folder of unlabelled pictures");
        if (config.Distill.Store.Length == 0)
        {
            Require(config.Distill.Teacher, "‹teacher›", "the CLIP to learn from");
        }

        int teachers = TeacherList.Of(config.Distill).Count;
        TeacherList.CheckWeights(config.Distill, teachers);
        TeacherList.CheckTarget(config.Distill);
        Checks.Student(config);
        Require(config.Distill.Student, "‹student›", "the CLIP that learns");
        CheckClasses(config.Distill.Classes);
        Checks.Base(config.Distill.Base, config.Distill.Classes.Count, "‹classes›");
        Checks.Training(config, fewestEpochs: config.Distill.Start.Epochs > 0 ? 0 : 1);
        CheckStart(config);
        if (config.Reference && config.Distill.Recipe != Recipe.PaperName)
        {
            throw new PromptKDException(
                $"REFERENCE is True, and DISTILL.RECIPE is {config.Distill.Recipe}: only recipe {Recipe.PaperName} is "
                + "the reference's. Leave one of the two out.");
        }
    }

    /// <summary>The settings as they are run: REFERENCE True sets what it stands for.</summary>
    internal static ExperimentConfig Resolve(ExperimentConfig config) => !config.Reference ? config : config with
    {
        Trainer = config.Trainer with { PromptKD = config.Trainer.PromptKD with { HalfPrompts = true } },
        Distill = config.Distill with { Holdout = 0 },
    };

    private static void CheckStart(ExperimentConfig config)
    {
        DistillConfig distill = config.Distill;
        if (distill.Start is { Epochs: > 0, Ridge: > 0 })
        {
            CheckRidge(config);
        }

        if (distill.Start.Epochs > 0 && !TeacherList.AreStored(distill))
        {
            throw new PromptKDException(
                "DISTILL.START.EPOCHS asks for a start on stored features, and a teacher's are not stored. Give "
                + "‹views›, a ‹store› for each teacher, or ‹recipe› paper, which has no such start.");
        }
    }

    private static void CheckRidge(ExperimentConfig config)
    {
        string? other = !config.Trainer.PromptKD.SharedText
                ? "with TRAINER.PROMPTKD.SHARED_TEXT False the student's are in a space of its own"
            : config.Model.InitWeights.Length > 0 ? "MODEL.INIT_WEIGHTS has a projector that it would replace"
            : null;
        if (other is not null)
        {
            throw new PromptKDException(
                $"DISTILL.START.RIDGE fits the projector to the teacher's features, but {other}. Give it 0.");
        }
    }

    private static void CheckClasses(ValueList<string> classes)
    {
        if (classes.Count == 0)
        {
            throw new PromptKDException(
                "No class names. Give ‹classes›: a file with one a line, or a comma-separated list.");
        }

        ClassNameRules.Check(classes, "DISTILL.CLASSES (‹classes›)");
    }

    private static void Require(string value, string option, string what)
    {
        if (value.Length == 0)
        {
            throw new PromptKDException($"Nothing says which {option.Trim('‹', '›')} to use. Give {option}: {what}.");
        }
    }
}
