namespace PromptKD.Configuration;

/// <summary>Settings of PromptSRC (arXiv 2307.06948): the keys <c>TRAINER.PROMPTSRC.*</c>.</summary>
public sealed record PromptSRCConfig
{
    /// <summary>Learned tokens added to each image sequence.</summary>
    [AtLeast(0)]
    public int NCtxVision { get; init; } = 4;

    /// <summary>Learned context tokens of each prompt.</summary>
    [AtLeast(0)]
    public int NCtxText { get; init; } = 4;

    /// <summary>Words whose embeddings start the text context; empty for random numbers.</summary>
    public string CtxInit { get; init; } = "a photo of a";

    /// <summary>Precision of the computation: auto, fp32, bf16, fp16, or amp (fp32 with fp16 products).</summary>
    /// <remarks>The family knows fp16, fp32 and amp; auto and bf16 are ours.</remarks>
    [OneOf("auto", "fp32", "bf16", "fp16", "amp")]
    public string Prec { get; init; } = "fp16";

    /// <summary>Layers of the image transformer that receive learned tokens, counted from the input.</summary>
    [AtLeast(0)]
    public int PromptDepthVision { get; init; } = 9;

    /// <summary>Layers of the text transformer that receive learned tokens, counted from the input.</summary>
    [AtLeast(0)]
    public int PromptDepthText { get; init; } = 9;

    /// <summary>Weight of the L1 distance between prompted and zero-shot text features.</summary>
    public int TextLossWeight { get; init; } = 25;

    /// <summary>Weight of the L1 distance between prompted and zero-shot image features.</summary>
    public int ImageLossWeight { get; init; } = 10;

    /// <summary>Centre, in epochs, of the Gaussian that averages the prompts of all epochs.</summary>
    public int GpaMean { get; init; } = 15;

    /// <summary>Standard deviation, in epochs, of the Gaussian that averages the prompts of all epochs.</summary>
    [AtLeast(1)]
    public int GpaStd { get; init; } = 1;
}
