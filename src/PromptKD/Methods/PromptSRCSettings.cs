namespace PromptKD.Methods;

/// <summary>Numbers of PromptSRC (arXiv 2307.06948, section 4).</summary>
/// <param name="TextLossWeight">Weight of the distance of the text features.</param>
/// <param name="ImageLossWeight">Weight of the distance of the image features.</param>
/// <param name="AverageMean">Centre of the Gaussian that averages the prompts, epochs.</param>
/// <param name="AverageDeviation">Its standard deviation, epochs.</param>
/// <param name="AverageWholeState">
/// Whether the frozen weights are averaged too, and the average shows only at the end of the run, as in the reference.
/// </param>
internal sealed record PromptSRCSettings(
    double TextLossWeight,
    double ImageLossWeight,
    double AverageMean,
    double AverageDeviation,
    bool AverageWholeState = false);
