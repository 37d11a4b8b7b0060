namespace PromptKD.Configuration;

/// <summary>
/// Settings of independent vision-language prompting, MaPLe's baseline (arXiv 2210.03117): the keys
/// <c>TRAINER.IVLP.*</c>.
/// </summary>
public sealed record IVLPConfig : TowerPromptConfig
{
    /// <summary>The published defaults: two learned tokens in each tower.</summary>
    public IVLPConfig()
    {
        NCtxVision = 2;
        NCtxText = 2;
    }
}
