using System.Text.Json.Serialization;

namespace PromptKD.Server.Protocols.CustomVision;

/// <summary>Where a picture lies.</summary>
/// <param name="Url">Its address.</param>
internal sealed record ImageUrl(string Url);

/// <summary>What is said of a picture.</summary>
internal sealed record ImagePrediction(
    Guid Id, Guid Project, Guid Iteration, DateTime Created, IReadOnlyList<TagPrediction> Predictions);

/// <summary>How probable a tag is.</summary>
internal sealed record TagPrediction(double Probability, Guid TagId, string TagName, string TagType);

/// <summary>How they are read and written as JSON: names of either case are read, as its clients write both.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ImageUrl))]
[JsonSerializable(typeof(ImagePrediction))]
internal sealed partial class CustomVisionJson : JsonSerializerContext;
