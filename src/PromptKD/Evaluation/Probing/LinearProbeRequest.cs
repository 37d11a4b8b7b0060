using PromptKD.Runtime;

namespace PromptKD.Evaluation.Probing;

/// <summary>What a linear probe is made of.</summary>
public sealed record LinearProbeRequest
{
    /// <summary>A CLIP: a checkpoint, a folder, or a name such as <c>openai:ViT-B/16</c>.</summary>
    public required string Clip { get; init; }

    /// <summary>
    /// Class folders, or labelled shards, that few pictures are drawn from; empty with <see cref="Dataset"/>.
    /// </summary>
    public string Train { get; init; } = "";

    /// <summary>The same classes: up to four pictures of each, but not more than shots, choose the strength.</summary>
    public string Validation { get; init; } = "";

    /// <summary>The same classes: what is measured on, all of it.</summary>
    public string Test { get; init; } = "";

    /// <summary>
    /// A data set of the catalogue, whose own parts stand for the three; pictures are drawn and prepared as CoOp's
    /// probe does. Empty for folders.
    /// </summary>
    public string Dataset { get; init; } = "";

    /// <summary>The folder that holds the data sets; empty for folders.</summary>
    public string Root { get; init; } = "";

    /// <summary>Training pictures of each class. CoOp's numbers, 1 to 16.</summary>
    public IReadOnlyList<int> Shots { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<int>([1, 2, 4, 8, 16]);

    /// <summary>How often pictures are drawn, with the seeds 1, 2, ….</summary>
    public int Seeds { get; init; } = 10;

    /// <summary>Where pictures are encoded.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>What pictures are encoded in.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;
}

/// <summary>What a linear probe scored with one number of shots.</summary>
/// <param name="Shots">Training pictures of each class.</param>
/// <param name="Accuracy">Test accuracy over seeds, percent.</param>
/// <param name="Runs">One for each seed.</param>
public sealed record ProbeScore(int Shots, SeedStatistics Accuracy, IReadOnlyList<ProbeRun> Runs)
{
    /// <summary>One for each seed.</summary>
    public IReadOnlyList<ProbeRun> Runs { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Runs);
}

/// <summary>One draw of pictures.</summary>
/// <param name="Seed">Says which pictures.</param>
/// <param name="Strength">C of the logistic regression: how much pictures count against the penalty.</param>
/// <param name="Validation">Accuracy on the drawn validation pictures, percent, that chose it.</param>
/// <param name="Test">Accuracy on the test pictures, percent.</param>
public sealed record ProbeRun(int Seed, double Strength, double Validation, double Test);
