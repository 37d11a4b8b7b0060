namespace PromptKD.Models.Weights;

/// <summary>Writes shapes as they stand in messages.</summary>
internal static class ShapeText
{
    /// <returns>Sizes in square brackets: <c>[4, 512]</c>.</returns>
    public static string Of(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
