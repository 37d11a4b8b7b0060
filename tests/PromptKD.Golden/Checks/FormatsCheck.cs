using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Opens the case's one model in every folder format: the same tensors and dimensions each time, the activation that
/// the case states, and its features.
/// </summary>
internal sealed class FormatsCheck : IGoldenCheck
{
    public string Kind => "formats";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        JsonProperty[] folders = [.. golden.Json.GetProperty("folders").EnumerateObject()];
        string[] prefixes = [.. folders.Select(folder => $"{folder.Value.GetProperty("prefix").GetString()}.")];
        foreach (string name in golden.ReadTensors("expected.safetensors").Keys)
        {
            if (!prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return Comparison.Same(name, "of no folder", "of a folder");
            }
        }

        using ClipCheckpoint first = ClipCheckpoint.Open(golden.PathOf(folders[0].Name));
        foreach (JsonProperty folder in folders)
        {
            using ClipCheckpoint checkpoint = ClipCheckpoint.Open(golden.PathOf(folder.Name));
            yield return CompareArchitecture(golden, folder, checkpoint.Architecture);
            foreach (Comparison comparison in CompareTensors(folder.Name, checkpoint, first))
            {
                yield return comparison;
            }

            foreach (Comparison comparison in CompareFeatures(golden, folder, checkpoint))
            {
                yield return comparison;
            }
        }
    }

    private static IEnumerable<Comparison> CompareFeatures(
        GoldenCase golden, JsonProperty folder, ClipCheckpoint checkpoint)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        Dictionary<string, Tensor> actual = PlainFeatures.Compute(checkpoint, inputs["images"], inputs["tokens"]);
        string prefix = folder.Value.GetProperty("prefix").GetString()!;
        foreach (string feature in new[] { "image_features", "text_features" })
        {
            string name = $"{prefix}.{feature}";
            yield return Comparison.Of(
                $"{folder.Name}: {name}", actual[feature], expected[name], golden.Tolerance(name) ?? 0);
        }
    }

    private static Comparison CompareArchitecture(GoldenCase golden, JsonProperty folder, ClipArchitecture actual)
    {
        JsonElement arch = golden.Json.GetProperty("arch");
        int Size(string name) => arch.GetProperty(name).GetInt32();
        bool isQuick = folder.Value.GetProperty("activation").GetString() == "QuickGELU";
        var expected = new ClipArchitecture
        {
            ImageSize = Size("image"),
            PatchSize = Size("patch"),
            VisionWidth = Size("v_width"),
            VisionLayers = Size("v_layers"),
            VisionHeads = Size("v_width") / 64,
            EmbeddingSize = Size("embed"),
            TextWidth = Size("text_width"),
            TextLayers = Size("text_layers"),
            TextHeads = Size("text_width") / 64,
            VocabularySize = Size("vocab"),
            Activation = isQuick ? ClipActivation.QuickGelu : ClipActivation.Gelu,
        };
        return Comparison.Same($"{folder.Name}: architecture", actual, expected);
    }

    private static IEnumerable<Comparison> CompareTensors(string folder, ClipCheckpoint actual, ClipCheckpoint expected)
    {
        yield return Comparison.Same($"{folder}: tensors", actual.Tensors.Count, expected.Tensors.Count);
        foreach ((string name, Tensor tensor) in expected.Tensors)
        {
            yield return Comparison.Of($"{folder}: {name}", actual.Tensors[name], tensor, tolerance: 0);
        }
    }
}
