namespace PromptKD.Configuration.Presets;

/// <summary>The paper's settings for tuning a teacher with labels, and what must be given beside them.</summary>
public static class TeachPreset
{
    /// <summary>
    /// PromptSRC as it tuned the paper's ViT-L/14 teachers (arXiv 2403.02781, section 4; PromptSRC's
    /// vit_l14_c2_ep20_batch8_4+4ctx.yaml: 16 labelled pictures a class, 4 learned tokens in 9 layers of both towers,
    /// 20 epochs, batches of 8), with what is ours: automatic precision, seed 1.
    /// </summary>
    public static ExperimentConfig Config { get; } = DistillPreset.Config with
    {
        Dataset = new DatasetConfig { NumShots = 16 },
        Trainer = DistillPreset.Config.Trainer with
        {
            Name = "PromptSRC",
            PromptSRC = new PromptSRCConfig { Prec = "auto" },
            IVLP = new IVLPConfig { Prec = "auto" },
            CoOp = new CoOpConfig { Prec = "auto" },
            CoCoOp = new CoCoOpConfig { Prec = "auto" },
            MaPLe = new MaPLeConfig { Prec = "auto" },
        },
    };

    /// <summary>Says which setting is missing or can't be used for tuning a teacher.</summary>
    /// <exception cref="PromptKDException">One is.</exception>
    internal static void Check(ExperimentConfig config)
    {
        Checks.Require(
            config.Distill.Labelled, "‹data› (‹labelled› of distill)",
            "a folder with a folder of pictures for each class");
        Checks.Require(config.Distill.Teacher, "‹clip› (‹teacher› of distill)", "the CLIP to tune");
        Checks.Training(config);
    }
}
