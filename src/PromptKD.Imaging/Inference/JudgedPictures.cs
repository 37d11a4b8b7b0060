using PromptKD.Data.Pictures;
using PromptKD.Evaluation;

namespace PromptKD.Inference;

/// <summary>What a classifier said of labelled pictures.</summary>
/// <param name="Items">The pictures, those that could not be read among them.</param>
/// <param name="Skipped">Those that could not be read.</param>
/// <param name="Answers">What was said of the others.</param>
internal sealed record JudgedPictures(
    IReadOnlyList<PictureItem> Items, IReadOnlyList<SkippedPicture> Skipped, Evaluator Answers);
