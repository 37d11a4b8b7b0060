namespace PromptKD.Configuration;

/// <summary>Settings of PromptSRC (arXiv 2307.06948): the keys <c>TRAINER.PROMPTSRC.*</c>.</summary>
public sealed record PromptSRCConfig : TowerPromptConfig
{
    /// <summary>Weight of the L1 distance between prompted and zero-shot text features.</summary>
    public int TextLossWeight { get; init; } = 25;

    /// <summary>Weight of the L1 distance between prompted and zero-shot image features.</summary>
    public int ImageLossWeight { get; init; } = 10;

    /// <summary>Centre, in epochs, of the Gaussian that averages the prompts of all epochs.</summary>
    public int GpaMean { get; init; } = 15;

    /// <summary>Standard deviation, in epochs, of the Gaussian that averages the prompts of all epochs.</summary>
    [AtLeast(1)]
    public int GpaStd { get; init; } = 1;

    /// <summary>Whether the frozen weights are averaged too, and the average shows only behind the last epoch, as in
    /// the reference.</summary>
    [OwnKey]
    public bool ReferenceGpa { get; init; }
}
