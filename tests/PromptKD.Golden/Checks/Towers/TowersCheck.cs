using System.Text.Json;
using PromptKD.Models.Clip;

namespace PromptKD.Golden.Checks.Towers;

/// <summary>
/// Towers of other families (golden 15): features, logits, every tensor on the way, other picture sizes, training
/// mode, features of both towers' graphs in ONNX Runtime, and the strings of the tokenizers beside them. Whatever a
/// case expects and nothing here computes is a miss.
/// </summary>
internal sealed class TowersCheck : IGoldenCheck
{
    private const string Beginning = "towers/";

    /// <inheritdoc/>
    public string Kind => Beginning;

    /// <inheritdoc/>
    public bool Covers(string kind) =>
        kind.StartsWith(Beginning, StringComparison.Ordinal) && kind != "towers/preprocess";

    /// <inheritdoc/>
    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        var actual = new Dictionary<string, Tensor>();
        JsonProperty[] folders = [.. golden.Json.GetProperty("folders").EnumerateObject()];
        foreach (JsonProperty folder in folders)
        {
            string path = golden.PathOf(folder.Name);
            bool isSecond = folders.Length > 1 && folder.Name == "open_clip";
            if (isSecond)
            {
                // The tiny model has other heads than the one that its configuration names.
                var heads =
                    new ClipDetails { VisionHeads = golden.Json.GetProperty("arch").GetProperty("v_heads").GetInt32() };
                Add(
                    actual,
                    "open_clip.exact.",
                    TowerValues.Compute(path, inputs, heads with { Activation = ClipActivation.Gelu }));
                Add(
                    actual,
                    "open_clip.tanh.",
                    TowerValues.Compute(path, inputs, heads with { Activation = ClipActivation.TanhGelu }));
            }
            else
            {
                Add(actual, "", TowerValues.Compute(path, inputs, new ClipDetails()));
                AddOtherWays(actual, expected, path, inputs);
            }
        }

        Dictionary<string, Tensor> graphs = OnnxValues.Compute(golden.PathOf(folders[0].Name), inputs);
        foreach ((string name, Tensor found) in graphs.Where(one => expected.ContainsKey(one.Key)))
        {
            yield return Comparison.Of($"onnx {name}", found, expected[name], golden.Tolerance(name) ?? 0);
        }

        foreach (Comparison comparison in TokenizedStrings.Compare(golden, expected))
        {
            yield return comparison;
        }

        foreach ((string name, Tensor theirs) in expected.Where(
            one => !one.Key.Contains("strings.", StringComparison.Ordinal)))
        {
            yield return actual.TryGetValue(name, out Tensor? ours)
                ? Comparison.Of(golden, name, ours, theirs)
                : Comparison.Same(name, "not computed", "computed");
        }
    }

    // The same weights with positions resampled as two other programs do it.
    private static void AddOtherWays(
        Dictionary<string, Tensor> actual, Dictionary<string, Tensor> expected, string path, Dictionary<string,
        Tensor> inputs)
    {
        if (expected.Keys.Any(name => name.StartsWith("facebook.", StringComparison.Ordinal)))
        {
            Add(
                actual,
                "facebook.",
                TowerValues.Compute(path, inputs, new ClipDetails(), PositionResampling.ShiftedCubic));
        }

        if (expected.Keys.Any(name => name.StartsWith("transformers.", StringComparison.Ordinal)))
        {
            Add(
                actual,
                "transformers.",
                TowerValues.Compute(path, inputs, new ClipDetails(), PositionResampling.Cubic));
        }
    }

    private static void Add(Dictionary<string, Tensor> all, string prefix, Dictionary<string, Tensor> some)
    {
        foreach ((string name, Tensor tensor) in some)
        {
            all[prefix + name] = tensor;
        }
    }
}
