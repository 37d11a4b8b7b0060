using System.Text.Json.Serialization;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>The most probable classes of one picture.</summary>
/// <param name="Path">The picture.</param>
/// <param name="Classes">The most probable first.</param>
public sealed record PicturePrediction(string Path, IReadOnlyList<ClassProbability> Classes)
{
    /// <summary>The most probable first.</summary>
    public IReadOnlyList<ClassProbability> Classes { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Classes);

    /// <summary>What is written in the place of an answer where there is none.</summary>
    public const string None = "none";

    /// <summary>
    /// Probability, 0–1, below which the most probable class is no answer; null where it always is one.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>
    /// How well the most probable class fits by itself, 0–1, where the student knows it: see <see cref="NoneOfThese"/>.
    /// Null elsewhere.
    /// </summary>
    public double? Fit { get; init; }

    /// <summary>
    /// The <see cref="Fit"/> below which the picture belongs to no class; null where that is not asked.
    /// </summary>
    public double? FitThreshold { get; init; }

    /// <summary>
    /// The most probable class; null where it is less probable than <see cref="Threshold"/>, or fits worse than
    /// <see cref="FitThreshold"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Answer => Classes[0].Probability < (Threshold ?? 0) || Fit < FitThreshold ? null : Classes[0].Name;

    /// <summary>Where the picture lies.</summary>
    internal PictureItem? Picture { get; init; }
}

/// <summary>A class and how probable the student finds it.</summary>
/// <param name="Name">Class name.</param>
/// <param name="Label">Place in the list of class names.</param>
/// <param name="Probability">Softmax over all classes at the temperature of the package, 0–1.</param>
public sealed record ClassProbability(string Name, int Label, double Probability);
