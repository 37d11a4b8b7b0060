using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Runs;

/// <summary>How <see cref="TeachingReport"/> and the lines of <c>metrics.jsonl</c> are written and read.</summary>
[JsonSerializable(typeof(TeachingReport))]
[JsonSerializable(typeof(EpochLine))]
[JsonSerializable(typeof(ValidationLine))]
[JsonSerializable(typeof(TeacherLine))]
[JsonSerializable(typeof(HeldOutLine))]
[JsonSerializable(typeof(NoticeLine))]
internal sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>For one record a line.</summary>
    public static RunJson Lines { get; } = new(RecordJson.Lines());

    /// <summary>For <c>teacher.json</c>.</summary>
    public static RunJson Indented { get; } = new(RecordJson.Indented());
}
