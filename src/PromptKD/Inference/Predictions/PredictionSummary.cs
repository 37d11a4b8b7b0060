using PromptKD.Runtime;

namespace PromptKD.Inference.Predictions;

/// <summary>What came of classifying pictures.</summary>
/// <param name="Pictures">Pictures that were classified.</param>
/// <param name="Unanswered">Those of them that no class was probable enough for.</param>
/// <param name="Sorting">What lies in class folders now; null where that was not asked for.</param>
public sealed record PredictionSummary(int Pictures, int Unanswered, SortingSummary? Sorting);

/// <summary>What came of sorting pictures into class folders.</summary>
/// <param name="Placed">Copies or links that were made.</param>
/// <param name="AlreadyThere">Pictures that lay in the folder of their class already, the same.</param>
/// <param name="InTheWay">
/// Files of another content under the names of pictures. They stand, and these pictures were not sorted.
/// </param>
public sealed record SortingSummary(int Placed, int AlreadyThere, IReadOnlyList<string> InTheWay)
{
    /// <summary>Files of another content under the names of pictures.</summary>
    public IReadOnlyList<string> InTheWay { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(InTheWay);
}
