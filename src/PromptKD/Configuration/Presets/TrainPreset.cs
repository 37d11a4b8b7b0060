namespace PromptKD.Configuration.Presets;

/// <summary>What <c>train</c> makes of a configuration, and what it refuses.</summary>
internal static class TrainPreset
{
    private const string BaseToNovel = "base2novel";

    /// <summary>The configuration as it is run: REFERENCE True sets what it stands for.</summary>
    /// <param name="config">All settings; the method is known.</param>
    /// <param name="trains">Whether anything is to be trained.</param>
    /// <exception cref="PromptKDException">A setting is missing, or can't be used for training.</exception>
    public static ExperimentConfig Resolve(ExperimentConfig config, bool trains)
    {
        Checks.Require(config.Dataset.Name, "‹dataset-config-file›", "a file of configs/datasets");
        Checks.Require(config.Dataset.Root, "‹root›", "the folder that holds the data sets");
        if (trains)
        {
            Checks.Training(config);
        }
        else
        {
            Checks.Output(config);
            Checks.Input(config.Input);
            Checks.Values(config);
        }

        return AsReference(config);
    }

    /// <summary>The configuration with what REFERENCE True stands for, where it is set.</summary>
    public static ExperimentConfig AsReference(ExperimentConfig config) => !config.Reference ? config : config with
    {
        Test = config.Test with { Select = "reference" },
        Trainer = config.Trainer with
        {
            PromptKD = config.Trainer.PromptKD with { HalfPrompts = true },
            PromptSRC = config.Trainer.PromptSRC with { ReferenceGpa = true },
        },
    };

    /// <summary>Whether base classes are judged among themselves, and novel ones among themselves.</summary>
    /// <param name="config">TRAINER.MODAL.</param>
    /// <param name="hasTeacher">Whether the method learns from a teacher: only such methods follow that key.</param>
    public static bool IsBaseToNovel(ExperimentConfig config, bool hasTeacher) =>
        hasTeacher && config.Trainer.Modal == BaseToNovel;
}
