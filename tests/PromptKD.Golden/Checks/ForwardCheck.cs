using System.Globalization;
using PromptKD.Models.Clip;

namespace PromptKD.Golden.Checks;

/// <summary>Forward passes of CLIP, plain (golden 02) and with prompts in both towers (golden 03).</summary>
internal sealed class ForwardCheck(string kind) : IGoldenCheck
{
    public string Kind => kind;

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        GoldenClip clip = GoldenClip.Read(golden, golden.Json.GetProperty("weights").GetString()!);
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        Dictionary<string, Tensor> actual = Compute(clip, inputs, golden.HalfPrompts);
        foreach ((string name, Tensor expected) in golden.ReadTensors("expected.safetensors"))
        {
            yield return actual.TryGetValue(name, out Tensor? ours)
                ? Comparison.Of(golden, name, Like(ours, expected), expected)
                : Comparison.Same(name, "not computed", "computed");
        }
    }

    private static Dictionary<string, Tensor> Compute(GoldenClip clip, Dictionary<string, Tensor> inputs, bool half)
    {
        LayerPrompts? vision = GoldenClip.Prompts(
            inputs, "prompt.image_encoder.VPT", "prompt.image_encoder.", half);
        LayerPrompts? text = GoldenClip.Prompts(
            inputs, "prompt.prompt_learner.ctx", "prompt.text_encoder.", half);
        Tensor tokens = inputs.GetValueOrDefault("tokens") ?? inputs["tokenized_prompts"];
        DisposeScope scope = CurrentDisposeScope!;
        using ImageEncoder imageEncoder = clip.ImageEncoder();
        using TextEncoder textEncoder = clip.TextEncoder();

        Tensor imageFeatures = imageEncoder.forward(inputs["images"], vision);
        Tensor textFeatures = textEncoder.forward(tokens, text);
        Tensor normalisedImages = nn.functional.normalize(imageFeatures, dim: -1);
        Tensor normalisedTexts = nn.functional.normalize(textFeatures, dim: -1);
        Tensor logits = clip.LogitScale * normalisedImages.matmul(normalisedTexts.t());
        var results = new Dictionary<string, Tensor>
        {
            ["image_features_normalized"] = normalisedImages,
            ["text_features_normalized"] = normalisedTexts,
            ["image_features_raw"] = imageFeatures,
            ["text_features_raw"] = textFeatures,
            ["logits"] = logits,
            ["logits_per_image"] = logits,
            ["logits_per_text"] = logits.t(),
            ["probs"] = logits.softmax(-1),
        };

        // Plain cases mean the raw features by these names, prompted cases the normalised ones.
        bool prompted = inputs.ContainsKey("tokenized_prompts");
        results["image_features"] = prompted ? normalisedImages : imageFeatures;
        results["text_features"] = prompted ? normalisedTexts : textFeatures;

        bool isResNet = clip.Architecture.Stages is not null;
        imageEncoder.Trace(inputs["images"], vision, (layer, x) => results[VisualName(layer, isResNet)] =
            Keep(scope, x[0]));
        textEncoder.Trace(tokens, text, (layer, x) => results[TextName(layer, prompted)] =
            Keep(scope, layer < 0 ? x : x[0]));
        return results;
    }

    private static string VisualName(int layer, bool isResNet) => (isResNet, layer) switch
    {
        (true, _) => string.Create(CultureInfo.InvariantCulture, $"debug.visual.layer{layer + 1}.image0"),
        (_, -1) => "debug.visual.after_ln_pre.image0",
        _ => string.Create(CultureInfo.InvariantCulture, $"debug.visual.block{layer}.image0"),
    };

    private static string TextName(int layer, bool prompted) =>
        layer < 0
            ? "debug.text.input_prompts"
            : string.Create(
                CultureInfo.InvariantCulture, $"debug.text.block{layer}.{(prompted ? "class0" : "text0")}");

    // A case may list the input of its first few classes only.
    private static Tensor Like(Tensor ours, Tensor expected) =>
        ours.dim() == expected.dim() && ours.dim() == 3 && ours.shape[0] > expected.shape[0]
            ? ours.narrow(0, 0, expected.shape[0])
            : ours;

    // What is observed belongs to a pass that is still running: a copy of it goes to the caller's scope.
    private static Tensor Keep(DisposeScope scope, Tensor x)
    {
        Tensor copy = x.clone().DetachFromDisposeScope();
        scope.Attach(copy);
        return copy;
    }
}
