namespace PromptKD.Configuration.Presets;

/// <summary>
/// Settings to store a teacher's features of a data set of the catalogue with, as <c>train</c> reads them: those of
/// PromptKD's published trainer files, with seed 1 and as many views as these have epochs.
/// </summary>
public static class DatasetFeaturesPreset
{
    /// <summary>DATASET.NAME, DATASET.ROOT and DISTILL.STORE are missing.</summary>
    public static ExperimentConfig Config { get; } = DistillPreset.Config with
    {
        Input = DistillPreset.Config.Input with { Upright = false, Scale16Bit = false },
        Distill = new DistillConfig { Views = DistillPreset.Config.Optim.MaxEpoch },
        Trainer = new TrainerConfig { Name = DistillPreset.Config.Trainer.Name },
    };

    /// <summary>The settings as they are used: REFERENCE True sets what it stands for.</summary>
    /// <exception cref="PromptKDException">One is missing.</exception>
    internal static ExperimentConfig Resolve(ExperimentConfig config)
    {
        Checks.Require(config.Dataset.Root, "‹root›", "the folder that holds the data sets");
        Checks.Require(config.Distill.Store, "‹output›", "the folder of the store");
        return config.Distill.Images.Length > 0
            ? throw new PromptKDException(
                $"DISTILL.IMAGES is {config.Distill.Images} and DATASET.NAME is {config.Dataset.Name}: a store is of "
                + "the one or of the other. Leave one of ‹images› and ‹dataset› out.")
            : TrainPreset.AsReference(config);
    }
}
