using static PromptKD.Configuration.Presets.SwitchedOffKeys;

namespace PromptKD.Configuration.Presets;

/// <summary>
/// Which keys act in which verb. A key that is set to other than its default, and that the verb does not read, is
/// named: whoever set it expects an effect that it does not have.
/// </summary>
internal sealed class ActingKeys
{
    // What each verb that trains reads, whatever it trains. A section stands for all keys below it.
    private static readonly string[] s_training =
    [
        "OUTPUT_DIR", "SEED", "USE_CUDA", "DEVICE", "ONNX_PROVIDER", "INPUT.INTERPOLATION", "INPUT.TRANSFORMS",
        "INPUT.PIXEL_MEAN", "INPUT.PIXEL_STD", "INPUT.RRCROP_SCALE", "INPUT.UPRIGHT", "INPUT.SCALE_16BIT",
        "DATALOADER.NUM_WORKERS", "DATALOADER.TRAIN_X.SAMPLER", "DATALOADER.TRAIN_X.BATCH_SIZE",
        "DATALOADER.TEST.BATCH_SIZE", "MODEL.INIT_WEIGHTS", "OPTIM", "TRAIN", "DISTILL.VOCAB", "DISTILL.STRICT",
        "DISTILL.FAST_JPEG",
    ];

    private static readonly string[] s_teachers =
    [
        "DISTILL.TEACHER", "DISTILL.TEACHER_PROMPTS", FurtherTeachers, FurtherPrompts,
        "DISTILL.TEACHER_WEIGHTS", "DISTILL.TEACHER_WEIGHTING", "DISTILL.CLASS_VECTORS",
        "DISTILL.FURTHER_CLASS_VECTORS", "DISTILL.STORE", "DISTILL.FURTHER_STORES", "DISTILL.VIEWS", "DISTILL.TARGET",
        TeacherNamePosition, TeacherSize, FurtherSizes, WhileFilling, FillingMinutes,
        FirstEpochShards,
    ];

    private static readonly string[] s_student =
    [
        "TRAINER.PROMPTKD.LOSS", LossWeight, "TRAINER.PROMPTKD.LOSS_UNIT", "TRAINER.PROMPTKD.PROJECT_LAYER",
        "TRAINER.PROMPTKD.SHARED_TEXT", "TRAINER.PROMPTKD.TUNE_TOWER", TowerLayers, TowerStatistics, TowerRate,
        PromptRate, "TRAINER.PROMPTKD.RATE_WIDTH", "TRAINER.PROMPTKD.FEATURE_NOISE", LossTemperature,
        "TRAINER.PROMPTKD.N_CTX_VISION",
        "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "TRAINER.PROMPTKD.PREC", "TRAINER.PROMPTKD.HALF_PROMPTS",
        "TRAINER.PROMPTKD.TEMPLATES", "TRAINER.PROMPTKD.CTX_INIT", "TRAINER.PROMPTKD.TEACHER_NAME",
    ];

    private const string FurtherTeachers = "DISTILL.FURTHER_TEACHERS";
    private const string FurtherPrompts = "DISTILL.FURTHER_TEACHER_PROMPTS";
    private const string FurtherSizes = "DISTILL.FURTHER_TEACHER_PICTURE_SIZES";

    private const string TeacherSize = "DISTILL.TEACHER_PICTURE_SIZE";

    private const string StudentSize = "DISTILL.STUDENT_PICTURE_SIZE";

    private const string WhileFilling = "DISTILL.WHILE_FILLING";
    private const string FillingMinutes = "DISTILL.FILLING_MINUTES";
    private const string FirstEpochShards = "DISTILL.FIRST_EPOCH_SHARDS";

    // Data set files carry PromptKD's, whatever method they are used with.
    private const string LossWeight = "TRAINER.PROMPTKD.KD_WEIGHT";

    // PromptKD's published trainer files carry them, though its student has no text tower.
    private static readonly string[] s_publishedWithoutEffect =
        ["TRAINER.PROMPTKD.N_CTX_TEXT", "TRAINER.PROMPTKD.PROMPT_DEPTH_TEXT"];

    // Read by programs that this one is not.
    private static readonly string[] s_never = ["OPTIM.RMSPROP_ALPHA"];

    private static readonly string[] s_storing =
    [
        "SEED", "USE_CUDA", "DEVICE", "ONNX_PROVIDER", "INPUT.INTERPOLATION", "INPUT.TRANSFORMS", "INPUT.PIXEL_MEAN",
        "INPUT.PIXEL_STD", "INPUT.RRCROP_SCALE", "INPUT.UPRIGHT", "INPUT.SCALE_16BIT", "DATALOADER.NUM_WORKERS",
        "DATALOADER.TRAIN_X.BATCH_SIZE", "DISTILL.TEACHER", "DISTILL.TEACHER_PROMPTS", "DISTILL.STORE", "DISTILL.VIEWS",
        "DISTILL.EIGHT_BIT", TeacherSize, "DISTILL.STRICT", "DISTILL.FAST_JPEG", "TRAINER.PROMPTKD.PREC",
        "TRAINER.PROMPTKD.HALF_PROMPTS", "REFERENCE",
    ];

    // What is said of a teacher in 8 bits is said of its classes, where some are named.
    private static readonly string[] s_named = ["DISTILL.CLASSES", "DISTILL.VOCAB", "TRAINER.PROMPTKD.TEMPLATES"];

    private static readonly string[] s_sizes =
    [
        "TRAINER.COOP.N_CTX", "TRAINER.COOP.CSC", "TRAINER.COCOOP.N_CTX", "TRAINER.MAPLE.N_CTX",
        "TRAINER.MAPLE.PROMPT_DEPTH",
        .. new[] { "IVLP", "PROMPTSRC" }.SelectMany(method =>
            new[] { "N_CTX_VISION", "N_CTX_TEXT", "PROMPT_DEPTH_VISION", "PROMPT_DEPTH_TEXT" }
                .Select(key => $"TRAINER.{method}.{key}")),
        .. new[] { "N_CTX_VISION", "PROMPT_DEPTH_VISION", "PROJECT_LAYER", "SHARED_TEXT", "TUNE_TOWER" }
            .Select(key => $"TRAINER.PROMPTKD.{key}"),
    ];

    private const string FeaturesVerb = "features";

    private const string AcceptChanges = "TRAIN.ACCEPT_CHANGES";

    private readonly string _verb;
    private readonly ExperimentConfig _config;
    private readonly ExperimentConfig _defaults;
    private readonly HashSet<string> _acting;
    private readonly HashSet<string> _idle;

    private ActingKeys(string verb, ExperimentConfig config, ExperimentConfig defaults, IEnumerable<string> acting)
    {
        _verb = verb;
        _config = config;
        _defaults = defaults;
        _acting = [.. acting];
        _idle = [.. s_never, .. SwitchedOffKeys.Of(config), .. IdleByStore(config)];
    }

    /// <summary>Those of <c>distill</c>.</summary>
    public static ActingKeys OfDistill(ExperimentConfig config) => new(
        "distill", config, Recipe.Find(config.Distill.Recipe).Config,
    [
        .. s_training.Except(["TRAIN"]), "TRAIN.PRINT_FREQ", "TRAIN.CHECKPOINT_MINUTES", AcceptChanges, .. s_teachers,
        .. s_student.Except(["TRAINER.PROMPTKD.TEACHER_NAME"]), "DISTILL.IMAGES", "DISTILL.CLASSES", "DISTILL.STUDENT",
        StudentSize, "DISTILL.VAL", "DISTILL.HOLDOUT", "DISTILL.BASE", "DISTILL.AVERAGE", "DISTILL.START",
        "DISTILL.RECIPE", "REFERENCE",
    ]);

    /// <summary>Those of <c>teach</c>.</summary>
    public static ActingKeys OfTeach(ExperimentConfig config) => new("teach", config, TeachPreset.Config,
    [
        .. s_training.Except(["TRAIN"]), "TRAIN.PRINT_FREQ", "TRAIN.CHECKPOINT_MINUTES", AcceptChanges, "TRAIN.MEMORY",
        "TRAIN.TEXT_CHUNK", "DATASET.NUM_SHOTS", "TRAINER.NAME", Section(config), "TRAINER.PROMPTKD.TEMPLATES",
        "DISTILL.LABELLED", "DISTILL.CLASSES", "DISTILL.TEACHER", TeacherSize, "DISTILL.VAL", "DISTILL.BASE",
    ]);

    /// <summary>Those of <c>train</c>.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="hasTeacher">Whether the method learns from a teacher.</param>
    public static ActingKeys OfTrain(ExperimentConfig config, bool hasTeacher) => new("train", config, new(),
    [
        .. s_training, "RESUME", "REFERENCE", "DATASET", "TEST", "TRAINER.NAME", "MODEL.BACKBONE.NAME",
        "DISTILL.STUDENT", StudentSize,
        .. hasTeacher
            ? [.. s_teachers, .. s_student, .. s_publishedWithoutEffect, "TRAINER.MODAL"]
            : (string[])[Section(config), LossWeight],
    ]);

    /// <summary>Those of <c>features</c>.</summary>
    public static ActingKeys OfFeatures(ExperimentConfig config) => new(
        FeaturesVerb, config, Recipe.Find(config.Distill.Recipe).Config,
    [
        .. s_storing, "DISTILL.IMAGES", "DISTILL.RECIPE", FurtherTeachers, FurtherPrompts, FurtherSizes,
        .. config.Distill.EightBit ? s_named : [],
    ]);

    /// <summary>Those of <c>features --dataset</c>.</summary>
    public static ActingKeys OfDatasetFeatures(ExperimentConfig config) => new(
        "features --dataset", config, DatasetFeaturesPreset.Config,
    [
        .. s_storing, "DATASET", "TRAINER.MODAL", "TRAINER.PROMPTKD.TEACHER_NAME", "TRAINER.PROMPTKD.TEMPLATES",
        "TRAINER.PROMPTKD.CTX_INIT", TeacherNamePosition, "DISTILL.VOCAB",
    ]);

    /// <summary>Those of <c>profile</c>: sizes of what is learned.</summary>
    /// <param name="config">All settings; TRAINER.NAME is the method, or empty where the model is none.</param>
    /// <param name="allMethods">Whether all methods are counted, one after the other.</param>
    public static ActingKeys OfProfile(ExperimentConfig config, bool allMethods = false) => new(
        "profile",
        config,
        ProfilePreset.Config with { Trainer = ProfilePreset.Config.Trainer with { Name = config.Trainer.Name } },
        [
            .. s_sizes.Where(key => allMethods
                || (config.Trainer.Name.Length > 0 && key.StartsWith($"{Section(config)}.", StringComparison.Ordinal))),
        ]);

    /// <summary>Keys that were set and that the verb does not read, in the order of the configuration.</summary>
    public IReadOnlyList<string> FindIdle() =>
    [
        .. ExperimentConfig.Differences(_config, _defaults)
            .Select(difference => difference.Key)
            .Where(key => !Acts(key)),
    ];

    /// <summary>One line that names them all; null where there are none.</summary>
    public string? Warning()
    {
        IReadOnlyList<string> idle = FindIdle();
        return idle.Count == 0
            ? null
            : $"{string.Join(", ", idle)} {(idle.Count == 1 ? "has" : "have")} no effect in {_verb} with these "
                + "settings.";
    }

    private bool Acts(string key)
    {
        if (_idle.Contains(key) || !ConfigTree.Find(key)!.HasEffect)
        {
            return false;
        }

        string[] parts = key.Split(ConfigTree.Separator);
        return Enumerable.Range(1, parts.Length)
            .Any(count => _acting.Contains(string.Join(ConfigTree.Separator, parts[..count])));
    }

    private static string Section(ExperimentConfig config) => $"TRAINER.{config.Trainer.Name.ToUpperInvariant()}";

    // A store that is given has its views; features makes one, and they are its own.
    private IEnumerable<string> IdleByStore(ExperimentConfig config)
    {
        DistillConfig distill = config.Distill;
        bool isGiven = distill.Store.Length > 0 || distill.FurtherStores.Any(one => one.Length > 0);
        if (isGiven && !_verb.StartsWith(FeaturesVerb, StringComparison.Ordinal))
        {
            yield return "DISTILL.VIEWS";
            yield return "INPUT.RRCROP_SCALE";
        }

        if (!isGiven)
        {
            yield return WhileFilling;
        }

        if (!isGiven || !distill.WhileFilling)
        {
            yield return FillingMinutes;
        }

        if ((!isGiven && distill.Views == 0) || config.DataLoader.TrainX.Sampler == "SequentialSampler")
        {
            yield return FirstEpochShards;
        }
    }
}
