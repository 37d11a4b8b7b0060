using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PromptKD.Data.Checking;
using PromptKD.Evaluation;
using PromptKD.Evaluation.Probing;
using PromptKD.Export;
using PromptKD.Inference.Profiles;

namespace PromptKD.Cli.Terminal;

/// <summary>How the answers of <c>--json</c> are written.</summary>
[JsonSerializable(typeof(ChangedClass))]
[JsonSerializable(typeof(LearnedToken))]
[JsonSerializable(typeof(ModelProfile))]
[JsonSerializable(typeof(ProbeScore))]
[JsonSerializable(typeof(SurveyReport))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>One object a line.</summary>
    public static AnswerJson Lines { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
