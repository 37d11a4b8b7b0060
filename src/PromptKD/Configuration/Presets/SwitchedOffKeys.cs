namespace PromptKD.Configuration.Presets;

/// <summary>Keys that other keys switch off, whatever the verb.</summary>
internal static class SwitchedOffKeys
{
    public const string TeacherNamePosition = "TRAINER.COOP.CLASS_TOKEN_POSITION";
    public const string LossTemperature = "TRAINER.PROMPTKD.TEMPERATURE";
    public const string TowerLayers = "TRAINER.PROMPTKD.TUNE_LAYERS";
    public const string TowerStatistics = "TRAINER.PROMPTKD.BATCH_NORM";
    public const string TowerRate = "TRAINER.PROMPTKD.TOWER_LR_FACTOR";
    public const string PromptRate = "TRAINER.PROMPTKD.PROMPT_LR_FACTOR";

    private static readonly (Func<ExperimentConfig, bool> IsOff, string[] Keys)[] s_rows =
    [
        (config => config.Optim.LrScheduler == "cosine", ["OPTIM.STEPSIZE", "OPTIM.GAMMA"]),
        (config => config.Optim.Name == "sgd", ["OPTIM.ADAM_BETA1", "OPTIM.ADAM_BETA2"]),
        (config => config.Optim.Name != "sgd", ["OPTIM.MOMENTUM", "OPTIM.SGD_DAMPNING", "OPTIM.SGD_NESTEROV"]),

        // The rate is that of the epochs behind a start; without any there is none.
        (config => config.Optim.MaxEpoch == 0,
        [
            "OPTIM.LR", "OPTIM.LR_SCHEDULER", "OPTIM.STEPSIZE", "OPTIM.GAMMA", "OPTIM.WARMUP_EPOCH",
            "OPTIM.WARMUP_TYPE", "OPTIM.WARMUP_CONS_LR", "OPTIM.WARMUP_MIN_LR", "OPTIM.WARMUP_RECOUNT", PromptRate,
            TowerRate, TowerLayers, TowerStatistics,
        ]),
        (config => config.Optim is not { WarmupEpoch: > 0, WarmupType: "constant" }, ["OPTIM.WARMUP_CONS_LR"]),
        (config => config.Optim is not { WarmupEpoch: > 0, WarmupType: "linear" }, ["OPTIM.WARMUP_MIN_LR"]),
        (config => !config.Input.Transforms.Contains("random_resized_crop"), ["INPUT.RRCROP_SCALE"]),

        // A student that is compared with its own texts takes their sentences.
        (config => HasPrompts(config) && config.Trainer.PromptKD.SharedText, ["TRAINER.PROMPTKD.TEMPLATES"]),
        (config => !HasPrompts(config), ["TRAINER.PROMPTKD.CTX_INIT"]),
        (config => !HasPrompts(config) && config.Trainer.Name != "CoOp", [TeacherNamePosition]),
        (config => config.Distill.Start.Epochs == 0,
        [
            "DISTILL.START.BATCH_SIZE", "DISTILL.START.LR", "DISTILL.START.RIDGE", "DISTILL.START.WARMUP_EPOCH",
        ]),
        (config => config.Trainer.PromptKD.Loss != "kl", [LossTemperature]),
        (config => !config.Trainer.PromptKD.TuneTower, [TowerRate, TowerLayers, TowerStatistics]),
        (config => config.Trainer.PromptKD.NCtxVision == 0, ["TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", PromptRate]),
    ];

    /// <summary>Keys that are without effect by the values of others.</summary>
    public static IEnumerable<string> Of(ExperimentConfig config) =>
        s_rows.Where(row => row.IsOff(config)).SelectMany(row => row.Keys);

    private static bool HasPrompts(ExperimentConfig config) => config.Distill.TeacherPrompts.Length > 0;
}
