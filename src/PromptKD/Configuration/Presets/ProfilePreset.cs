namespace PromptKD.Configuration.Presets;

/// <summary>
/// Settings of the methods as they are profiled: the defaults of their programs, and of CoOp and CoCoOp the four tokens
/// with which the papers compare them (their files vit_b16_ctxv1 and vit_b16_c4_ep10_batch1_ctxv1).
/// </summary>
public static class ProfilePreset
{
    private const int ComparedTokens = 4;

    /// <summary>TRAINER.* is read, and nothing else.</summary>
    public static ExperimentConfig Config { get; } = new()
    {
        Trainer = new TrainerConfig
        {
            CoOp = new CoOpConfig { NCtx = ComparedTokens },
            CoCoOp = new CoCoOpConfig { NCtx = ComparedTokens },
        },
    };
}
