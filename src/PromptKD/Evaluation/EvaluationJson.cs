using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>How the records of this folder are written and read.</summary>
[JsonSerializable(typeof(AnswerFileHead))]
[JsonSerializable(typeof(PictureAnswer))]
[JsonSerializable(typeof(EvaluationReport))]
[JsonSerializable(typeof(TrainingResult))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>For one record a line.</summary>
    public static EvaluationJson Lines { get; } = new(RecordJson.Lines(new Words<ModelSelection>()));

    /// <summary>For <c>result.json</c>.</summary>
    public static EvaluationJson Indented { get; } = new(RecordJson.Indented(new Words<ModelSelection>()));
}
