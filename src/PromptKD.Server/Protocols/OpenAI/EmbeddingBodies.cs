using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PromptKD.Server.Protocols.OpenAI;

/// <summary>What is to be embedded.</summary>
internal sealed record EmbeddingsRequest
{
    /// <summary>A text or several; a picture is a data address: data:image/png;base64,…</summary>
    public required JsonElement Input { get; init; }

    /// <summary>Which model; null for the first.</summary>
    public string? Model { get; init; }

    /// <summary>float or base64.</summary>
    [JsonPropertyName("encoding_format")]
    public string? EncodingFormat { get; init; }

    /// <summary>Numbers of a vector; those of the model, if given.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Passed over.</summary>
    public string? User { get; init; }
}

/// <summary>The vectors.</summary>
internal sealed record EmbeddingsAnswer(
    string Object, IReadOnlyList<EmbeddingItem> Data, string Model, EmbeddingUsage Usage);

/// <summary>A vector, as numbers or in base64.</summary>
internal sealed record EmbeddingItem(string Object, int Index, JsonNode Embedding);

/// <summary>Nothing is counted here.</summary>
internal sealed record EmbeddingUsage(
    [property: JsonPropertyName("prompt_tokens")] int PromptTokens,
    [property: JsonPropertyName("total_tokens")] int TotalTokens);

/// <summary>How they are read and written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(EmbeddingsRequest))]
[JsonSerializable(typeof(EmbeddingsAnswer))]
[JsonSerializable(typeof(float[]))]
internal sealed partial class OpenAIJson : JsonSerializerContext;
