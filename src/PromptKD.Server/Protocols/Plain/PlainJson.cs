using System.Text.Json.Serialization;

namespace PromptKD.Server.Protocols.Plain;

/// <summary>How answers are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClassifyAnswer))]
[JsonSerializable(typeof(EmbedAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelDetails))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class PlainJson : JsonSerializerContext;
