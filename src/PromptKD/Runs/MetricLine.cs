using System.Text.Json.Serialization;

namespace PromptKD.Runs;

/// <summary>A line of <c>metrics.jsonl</c>; its properties are written in the order in which they stand here.</summary>
/// <param name="Kind">What the line tells of.</param>
internal abstract record MetricLine([property: JsonPropertyOrder(-2)] string Kind);

/// <summary>What an epoch came to, or a start before the first.</summary>
internal sealed record EpochLine(
    string Kind, int Epoch, double Loss, double Agreement, double LearningRate, long Pictures)
    : MetricLine(Kind);

/// <summary>Accuracies of a model on the validation folder, percent.</summary>
internal sealed record ValidationLine(
    string Model,
    int? Epoch,
    double Accuracy,
    double? Base,
    double? Novel,
    double? HarmonicMean,
    double MacroF1,
    int Pictures)
    : MetricLine("validation");

/// <summary>What the teacher says of the pictures that were held out.</summary>
internal sealed record TeacherLine(
    int Majority,
    double MajorityShare,
    int ClassesNamed,
    double ClassesUsed,
    double Confidence,
    double Information,
    int Pictures)
    : MetricLine("heldOut")
{
    /// <summary>Of which model.</summary>
    [JsonPropertyOrder(-1)]
    public string Model { get; } = "teacher";
}

/// <summary>How a model compares with the teacher on the pictures that were held out.</summary>
internal sealed record HeldOutLine(
    string Model,
    int? Epoch,
    double Agreement,
    double Divergence,
    double MajorityShare,
    int ClassesNamed,
    double ClassesUsed,
    double? FeatureSpread,
    int Pictures)
    : MetricLine("heldOut");

/// <summary>What the guard says of a run.</summary>
internal sealed record NoticeLine(string Code, int Epoch, string Message, bool Holds)
    : MetricLine("notice");
