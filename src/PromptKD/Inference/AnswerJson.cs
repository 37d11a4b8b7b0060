using System.Text.Json.Serialization;
using PromptKD.Inference.Previews;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>How what is said of pictures is written.</summary>
[JsonSerializable(typeof(PicturePrediction))]
[JsonSerializable(typeof(PreviewReport))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>For one record a line.</summary>
    public static AnswerJson Lines { get; } = new(RecordJson.Lines());
}
