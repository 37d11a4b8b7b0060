using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>How <see cref="StudentManifest"/> is written and read.</summary>
[JsonSerializable(typeof(StudentManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>For <c>model.json</c>.</summary>
    public static ManifestJson Indented { get; } =
        new(RecordJson.Indented([.. PictureWords.All, .. ArchitectureWords.All]));
}
