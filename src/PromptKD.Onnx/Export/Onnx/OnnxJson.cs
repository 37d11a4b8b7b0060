using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>
/// How <see cref="OnnxDescription"/>, <see cref="OnnxExportReport"/> and <see cref="ClipOnnxReport"/> are written and
/// read.
/// </summary>
[JsonSerializable(typeof(OnnxDescription))]
[JsonSerializable(typeof(OnnxExportReport))]
[JsonSerializable(typeof(ClipOnnxReport))]
internal sealed partial class OnnxJson : JsonSerializerContext
{
    /// <summary>For the metadata of a graph.</summary>
    public static OnnxJson Lines { get; } = new(RecordJson.Lines([.. PictureWords.All, new Words<OnnxPrecision>()]));

    /// <summary>For the file beside a graph.</summary>
    public static OnnxJson Indented { get; } = new(
        RecordJson.Indented([.. PictureWords.All, new Words<OnnxPrecision>()]));
}
