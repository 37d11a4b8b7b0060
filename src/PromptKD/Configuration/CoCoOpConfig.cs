namespace PromptKD.Configuration;

/// <summary>Settings of CoCoOp (arXiv 2203.05557): the keys <c>TRAINER.COCOOP.*</c>.</summary>
public sealed record CoCoOpConfig : IMethodSettings
{
    /// <summary>Learned context tokens.</summary>
    [AtLeast(1)]
    public int NCtx { get; init; } = 16;

    /// <summary>Words whose embeddings start the context; empty for random numbers.</summary>
    public string CtxInit { get; init; } = "";

    /// <summary>Precision of the computation: auto, fp32, bf16, fp16, or amp (fp32 with fp16 products).</summary>
    /// <remarks>Dassl's programs know fp16, fp32 and amp; auto and bf16 are ours.</remarks>
    [OneOf("auto", "fp32", "bf16", "fp16", "amp")]
    public string Prec { get; init; } = "fp16";
}
