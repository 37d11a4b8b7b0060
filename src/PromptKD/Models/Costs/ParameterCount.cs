using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Models.Costs;

/// <summary>Counts parameters by their shapes.</summary>
internal static class ParameterCount
{
    private const string ImageTower = "visual.";

    // Of a batch normalisation: measured, not learned.
    private static readonly string[] s_statistics = [".running_mean", ".running_var", ".num_batches_tracked"];

    /// <summary>Those of a CLIP's image tower.</summary>
    public static long OfImageTower(ClipArchitecture clip) => Of(ClipParameters.ShapesOf(clip).Where(IsOfImages));

    /// <summary>Those of its text tower, and the scale of its logits.</summary>
    public static long OfTextTower(ClipArchitecture clip) =>
        Of(ClipParameters.ShapesOf(clip).Where(named => !IsOfImages(named)));

    /// <summary>All of some tensors, without running statistics.</summary>
    public static long Of(IEnumerable<KeyValuePair<string, long[]>> shapes) => shapes
        .Where(named => !s_statistics.Any(end => named.Key.EndsWith(end, StringComparison.Ordinal)))
        .Sum(named => named.Value.Aggregate(1L, (product, side) => product * side));

    private static bool IsOfImages(KeyValuePair<string, long[]> named) =>
        named.Key.StartsWith(ImageTower, StringComparison.Ordinal);
}
