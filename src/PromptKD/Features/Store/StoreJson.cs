using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>How <see cref="StoreIndex"/> is written and read.</summary>
[JsonSerializable(typeof(StoreIndex))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    /// <summary>For <c>index.json</c>.</summary>
    public static StoreJson Indented { get; } = new(RecordJson.Indented(PictureWords.All));
}
