using System.Text.Json.Serialization;

namespace PromptKD.Server.Protocols.Plain;

/// <summary>What is said of pictures.</summary>
/// <param name="Model">Who says it.</param>
/// <param name="Version">Its version.</param>
/// <param name="Predictions">One for each picture, in order.</param>
internal sealed record ClassifyAnswer(string Model, string Version, IReadOnlyList<Prediction> Predictions);

/// <summary>What is said of one picture.</summary>
/// <param name="Name">As the client called it.</param>
/// <param name="Answer">The most probable class; null where it is below the threshold, or there is an error.</param>
/// <param name="Classes">The most probable first; null where there is an error.</param>
/// <param name="Error">Why there is no answer.</param>
internal sealed record Prediction(
    string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Answer,
    IReadOnlyList<PredictedClass>? Classes,
    PictureError? Error);

/// <summary>A class, and how probable it is.</summary>
/// <param name="Name">Of the class.</param>
/// <param name="Label">Its place in the list of classes, from 0.</param>
/// <param name="Probability">0–1.</param>
internal sealed record PredictedClass(string Name, int Label, double Probability);

/// <summary>Why a picture of several has no answer.</summary>
/// <param name="Code">For programs: bad-picture or unsupported.</param>
/// <param name="Detail">For people.</param>
internal sealed record PictureError(string Code, string Detail);

/// <summary>The vectors of pictures.</summary>
/// <param name="Model">Whose they are.</param>
/// <param name="Version">Its version.</param>
/// <param name="Dimensions">Numbers of each.</param>
/// <param name="Embeddings">One for each picture, in order.</param>
internal sealed record EmbedAnswer(
    string Model, string Version, int Dimensions, IReadOnlyList<PictureVector> Embeddings);

/// <summary>The vector of one picture.</summary>
/// <param name="Name">As the client called it.</param>
/// <param name="Vector">Of length 1; null where there is an error.</param>
/// <param name="Error">Why there is none.</param>
internal sealed record PictureVector(string? Name, float[]? Vector, PictureError? Error);

/// <summary>The models that are served.</summary>
/// <param name="Models">The first answers who names none.</param>
internal sealed record ModelList(IReadOnlyList<ModelSummary> Models);

/// <summary>A model in short.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="IsReady">Whether it can be asked.</param>
/// <param name="Classes">How many.</param>
/// <param name="Format">student or onnx.</param>
/// <param name="LoadedAt">UTC.</param>
internal sealed record ModelSummary(
    string Name, string Version, bool IsReady, int? Classes, string? Format, DateTimeOffset? LoadedAt);

/// <summary>A model, and what is known of it.</summary>
/// <param name="Summary">In short.</param>
/// <param name="ClassNames">In label order.</param>
/// <param name="ImageSize">Width and height of pictures as it sees them, in pixels.</param>
/// <param name="EmbeddingSize">Numbers of a vector.</param>
/// <param name="Collects">Whether corrections are kept.</param>
/// <param name="Card">What its package says of itself.</param>
internal sealed record ModelDetails(
    ModelSummary Summary,
    IReadOnlyList<string> ClassNames,
    int ImageSize,
    int EmbeddingSize,
    bool Collects,
    IReadOnlyDictionary<string, string> Card);

/// <summary>How the server is.</summary>
/// <param name="Status">ready, loading or stopping; live.</param>
internal sealed record HealthAnswer(string Status);
