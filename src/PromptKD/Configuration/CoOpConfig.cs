namespace PromptKD.Configuration;

/// <summary>Settings of CoOp (arXiv 2109.01134): the keys <c>TRAINER.COOP.*</c>.</summary>
public sealed record CoOpConfig : IMethodSettings
{
    /// <summary>Learned context tokens.</summary>
    [AtLeast(1)]
    public int NCtx { get; init; } = 16;

    /// <summary>Whether each class has a context of its own.</summary>
    public bool Csc { get; init; }

    /// <summary>Words whose embeddings start the context; empty for random numbers.</summary>
    public string CtxInit { get; init; } = "";

    /// <summary>Precision of the computation: auto, fp32, bf16, fp16, or amp (fp32 with fp16 products).</summary>
    /// <remarks>Dassl's programs know fp16, fp32 and amp; auto and bf16 are ours.</remarks>
    [OneOf("auto", "fp32", "bf16", "fp16", "amp")]
    public string Prec { get; init; } = "fp16";

    /// <summary>Where the class name stands: after, within or before the context.</summary>
    [OneOf("end", "middle", "front")]
    public string ClassTokenPosition { get; init; } = "end";
}
