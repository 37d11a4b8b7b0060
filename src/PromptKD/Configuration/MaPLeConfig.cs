namespace PromptKD.Configuration;

/// <summary>Settings of MaPLe (arXiv 2210.03117): the keys <c>TRAINER.MAPLE.*</c>.</summary>
public sealed record MaPLeConfig : IMethodSettings
{
    /// <summary>Learned context tokens, of the text and, projected, of the image.</summary>
    [AtLeast(1)]
    public int NCtx { get; init; } = 2;

    /// <summary>Words whose embeddings start the context; empty for random numbers.</summary>
    public string CtxInit { get; init; } = "a photo of a";

    /// <summary>Precision of the computation: auto, fp32, bf16, fp16, or amp (fp32 with fp16 products).</summary>
    /// <remarks>Dassl's programs know fp16, fp32 and amp; auto and bf16 are ours.</remarks>
    [OneOf("auto", "fp32", "bf16", "fp16", "amp")]
    public string Prec { get; init; } = "fp16";

    /// <summary>Transformer layers that receive learned tokens, counted from the input.</summary>
    [AtLeast(1)]
    public int PromptDepth { get; init; } = 9;
}
