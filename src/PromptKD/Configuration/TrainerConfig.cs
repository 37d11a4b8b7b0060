namespace PromptKD.Configuration;

/// <summary>The method, and the settings of each: the keys <c>TRAINER.*</c>.</summary>
public sealed record TrainerConfig
{
    /// <summary>The method that is run, such as PromptKD.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// PromptKD's protocol. base2novel: base classes are scored among themselves, new ones among themselves;
    /// cross: all classes at once, for cross-dataset and domain generalisation.
    /// </summary>
    [OneOf("base2novel", "cross")]
    public string Modal { get; init; } = "base2novel";

    /// <summary>Settings of CoOp.</summary>
    [Spelled("COOP")]
    public CoOpConfig CoOp { get; init; } = new();

    /// <summary>Settings of CoCoOp.</summary>
    [Spelled("COCOOP")]
    public CoCoOpConfig CoCoOp { get; init; } = new();

    /// <summary>Settings of MaPLe.</summary>
    [Spelled("MAPLE")]
    public MaPLeConfig MaPLe { get; init; } = new();

    /// <summary>Settings of independent vision-language prompting.</summary>
    [Spelled("IVLP")]
    public IVLPConfig IVLP { get; init; } = new();

    /// <summary>Settings of PromptSRC.</summary>
    [Spelled("PROMPTSRC")]
    public PromptSRCConfig PromptSRC { get; init; } = new();

    /// <summary>Settings of PromptKD.</summary>
    [Spelled("PROMPTKD")]
    public PromptKDConfig PromptKD { get; init; } = new();
}
