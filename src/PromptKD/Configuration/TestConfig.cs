namespace PromptKD.Configuration;

/// <summary>Evaluation, and which epoch's model is kept: the keys <c>TEST.*</c>.</summary>
public sealed record TestConfig
{
    /// <summary>Whether the accuracy of each class is reported.</summary>
    public bool PerClassResult { get; init; }

    /// <summary>Whether the confusion matrix is computed and saved.</summary>
    public bool ComputeCmat { get; init; }

    /// <summary>Whether a finished training is left untested.</summary>
    public bool NoTest { get; init; }

    /// <summary>The images that the final test uses.</summary>
    [OneOf("train", "val", "test")]
    public string Split { get; init; } = "test";

    /// <summary>The model that a run ends with: the last epoch's, or the best one's (<see cref="Select"/>).</summary>
    [OneOf("last_step", "best_val")]
    public string FinalModel { get; init; } = "last_step";

    /// <summary>
    /// What best_val means. val: the epoch with the highest accuracy on the data set's own validation images.
    /// reference: on the images that the PromptKD program calls validation, which are the test images, so the
    /// result flatters. last: the last epoch, whatever FINAL_MODEL says.
    /// </summary>
    [OwnKey, OneOf("last", "val", "reference")]
    public string Select { get; init; } = "val";
}
