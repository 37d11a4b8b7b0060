using PromptKD.Models.Towers;
using TorchSharp.Modules;

namespace PromptKD.Models.Prompts;

/// <summary>
/// Biases of a tower that learns whose true gradient is 0, since something behind them takes them away again: that of
/// an attention's keys adds the same to all scores of a query, which softmax does not see; one that moves the features
/// of all pictures alike goes with the mean of the projector's first normalisation. What torch comes to is rounding, of
/// which Adam and AdamW make whole steps: other ones in other runs. Ours.
/// </summary>
internal sealed class LostBiases
{
    private const string Key = ".k_proj.bias", Packed = ".qkv.bias", Pooled = "attn_pool.kv.bias";

    // Of each family; with an attention that pools, its perceptron's stands behind the norm.
    private static readonly HashSet<string> s_shifts =
    [
        "ln_post.bias", "attnpool.c_proj.bias", "attnpool.v_proj.bias", "head.bias", "head.norm.bias", "head.proj.bias",
        "head.fc.bias", "fc_norm.bias", "attn_pool.mlp.fc2.bias",
    ];

    private readonly IReadOnlyList<(Parameter Bias, long First, long Count)> _parts;

    private LostBiases(IReadOnlyList<(Parameter Bias, long First, long Count)> parts) => _parts = parts;

    /// <summary>Those among the weights that learn.</summary>
    /// <param name="tuned">The weights, under the tower's names.</param>
    /// <param name="family">The tower's; null for CLIP's own.</param>
    /// <param name="losesShifts">Whether a normalisation of the batch stands behind the tower.</param>
    public static LostBiases Of(
        IReadOnlyList<KeyValuePair<string, Parameter>> tuned, string? family, bool losesShifts)
    {
        var names = tuned.Select(named => named.Key).ToHashSet(StringComparer.Ordinal);
        return new LostBiases(
        [
            .. tuned.Select(named => (named.Value, Part(named.Key, named.Value.shape[0])))
                .Where(one => one.Item2.Count > 0)
                .Select(one => (one.Value, one.Item2.First, one.Item2.Count)),
        ]);

        (long First, long Count) Part(string name, long width) =>
            losesShifts && IsShift(name, names) ? (0, width)
            : name == Pooled ? (0, width / 2)
            : family == TowerFamilies.Eva02 ? (0, 0) // Its keys are turned by their places.
            : name.EndsWith(".in_proj_bias", StringComparison.Ordinal)
                || name.EndsWith(Packed, StringComparison.Ordinal) ? (width / 3, width / 3)
            : name.EndsWith(Key, StringComparison.Ordinal) ? (0, width)
            : (0, 0);
    }

    /// <summary>
    /// Sets the gradients to what they are. Weight decay and momentum go on as for every other value.
    /// </summary>
    public void ClearGradients()
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((Parameter bias, long first, long count) in _parts)
        {
            bias.grad?.narrow(0, first, count).zero_();
        }
    }

    // The norm of all tokens is the last one where nothing else normalises or pools.
    private static bool IsShift(string name, HashSet<string> names) => s_shifts.Contains(name)
        || (name == "norm.bias" && !names.Contains("fc_norm.bias") && !names.Contains("attn_pool.latent"));
}
