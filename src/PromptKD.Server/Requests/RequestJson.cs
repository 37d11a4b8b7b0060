using System.Text.Json.Serialization;

namespace PromptKD.Server.Requests;

/// <summary>
/// How requests and problems are read and written as JSON: made by the compiler, not found at run time.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(PicturesBody))]
internal sealed partial class RequestJson : JsonSerializerContext;
