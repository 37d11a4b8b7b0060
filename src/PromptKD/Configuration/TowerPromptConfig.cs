namespace PromptKD.Configuration;

/// <summary>Settings that all methods with learned tokens in both towers have.</summary>
public abstract record TowerPromptConfig : IMethodSettings
{
    /// <summary>Learned tokens added to each image sequence.</summary>
    [AtLeast(0)]
    public int NCtxVision { get; init; } = 4;

    /// <summary>Learned context tokens of each prompt.</summary>
    [AtLeast(0)]
    public int NCtxText { get; init; } = 4;

    /// <summary>Words whose embeddings start the text context; empty for random numbers.</summary>
    public string CtxInit { get; init; } = "a photo of a";

    /// <summary>Precision of the computation: auto, fp32, bf16, fp16, or amp, which is computed as bf16.</summary>
    /// <remarks>Dassl's programs know fp16, fp32 and amp; auto and bf16 are ours.</remarks>
    [OneOf("auto", "fp32", "bf16", "fp16", "amp")]
    public string Prec { get; init; } = "fp16";

    /// <summary>Layers of the image transformer that receive learned tokens, counted from the input.</summary>
    [AtLeast(0)]
    public int PromptDepthVision { get; init; } = 9;

    /// <summary>Layers of the text transformer that receive learned tokens, counted from the input.</summary>
    [AtLeast(0)]
    public int PromptDepthText { get; init; } = 9;
}
