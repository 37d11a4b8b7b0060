using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>A request of the Open Inference Protocol, version 2.</summary>
internal sealed record InferRequest
{
    /// <summary>Is repeated in the answer.</summary>
    public string? Id { get; init; }

    /// <summary>Of the request.</summary>
    public InferParameters? Parameters { get; init; }

    /// <summary>What is given.</summary>
    public required IReadOnlyList<InferInput> Inputs { get; init; }

    /// <summary>What is wanted; null for everything.</summary>
    public IReadOnlyList<InferOutput>? Outputs { get; init; }
}

/// <summary>A tensor that is given.</summary>
internal sealed record InferInput
{
    /// <summary>Which.</summary>
    public required string Name { get; init; }

    /// <summary>Its sizes.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Of its elements.</summary>
    public required string Datatype { get; init; }

    /// <summary>Of the tensor.</summary>
    public InferParameters? Parameters { get; init; }

    /// <summary>Its elements, flat or nested, row by row.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>A tensor that is wanted.</summary>
internal sealed record InferOutput
{
    /// <summary>Which.</summary>
    public required string Name { get; init; }

    /// <summary>Of the tensor.</summary>
    public InferParameters? Parameters { get; init; }
}

/// <summary>The parameters that are known; others are passed over, as the protocol has it.</summary>
internal sealed record InferParameters
{
    /// <summary>Bytes of the tensor behind the JSON.</summary>
    [JsonPropertyName("binary_data_size")]
    public long? BinaryDataSize { get; init; }

    /// <summary>Whether the tensor is wanted behind the JSON.</summary>
    [JsonPropertyName("binary_data")]
    public bool? BinaryData { get; init; }

    /// <summary>Whether all tensors are.</summary>
    [JsonPropertyName("binary_data_output")]
    public bool? BinaryDataOutput { get; init; }

    /// <summary>How many classes are wanted in place of a tensor.</summary>
    public long? Classification { get; init; }
}

/// <summary>What is told of a server.</summary>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>What is told of a model.</summary>
internal sealed record ModelMetadata(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorMetadata> Inputs,
    IReadOnlyList<TensorMetadata> Outputs);

/// <summary>What is told of a tensor.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

/// <summary>How requests are read and answers written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(InferRequest))]
[JsonSerializable(typeof(ServerMetadata))]
[JsonSerializable(typeof(ModelMetadata))]
internal sealed partial class OpenInferenceJson : JsonSerializerContext;
