using PromptKD.Runtime;

namespace PromptKD.Configuration;

/// <summary>
/// What is to be done with an experiment, beside its settings: flags of Dassl's <c>train.py</c>.
/// </summary>
public sealed record TrainingRequest
{
    /// <summary>Whether to evaluate a model that is there, and train nothing.</summary>
    public bool EvalOnly { get; init; }

    /// <summary>Output folder of the run whose model is evaluated; empty for the output folder of this one.</summary>
    public string ModelDir { get; init; } = "";

    /// <summary>
    /// Epoch of the model that is evaluated, counted from 1; null for the best one, or the last where none was chosen.
    /// </summary>
    public int? LoadEpoch { get; init; }

    /// <summary>Whether an evaluated model is written as a package, too, where it can be one.</summary>
    public bool WritesPackage { get; init; } = true;

    /// <summary>Whether to open everything, train nothing and stop there: a check of what was given.</summary>
    public bool NoTrain { get; init; }

    /// <summary>
    /// The command line by the names of <c>train.py</c>, for the head of the log; empty for a call of the library.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<KeyValuePair<string, string>>([]);

    /// <summary>Name of the trainer's file, without its extension; null where there was none.</summary>
    internal string? Configuration => Arguments
        .Where(one => one.Key == "config_file" && one.Value.Length > 0)
        .Select(one => Path.GetFileNameWithoutExtension(one.Value))
        .FirstOrDefault();

    /// <summary>What whoever read the command line has to say.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);
}
