using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace RandomClip;

/// <summary>
/// Draws the parameters of a CLIP: normal numbers as CLIP starts its training from, so that activations stay in the
/// range of trained ones.
/// </summary>
/// <remarks>
/// CLIP's clip/model.py, <c>initialize_parameters</c>; the image encoder follows the rule of the text's.
/// </remarks>
internal static class RandomWeights
{
    private const double TrainedLogitScale = 4.6052; // ln 100, as in every published CLIP

    /// <summary>Every parameter under OpenAI's name, in the element type of OpenAI's archives.</summary>
    /// <param name="architecture">Any sizes.</param>
    /// <param name="seed">The same seed gives the same values.</param>
    /// <returns>On the CPU, float16 or float32; they belong to the current dispose scope.</returns>
    public static OrderedDictionary<string, Tensor> Draw(ClipArchitecture architecture, long seed)
    {
        using var random = new Generator((ulong)seed, CPU);
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach ((string name, long[] shape) in ClipParameters.ShapesOf(architecture))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor values = zeros(shape, ScalarType.Float32, CPU);
            if (name == "logit_scale")
            {
                values.fill_(TrainedLogitScale);
            }
            else if (shape.Length > 1 || name == "visual.class_embedding")
            {
                values.normal_(0, Deviation(name, architecture), random);
            }
            else if (IsNormalisationWeight(name))
            {
                values.fill_(1);
            }

            tensors[name] = (IsHalf(name) ? values.to(ScalarType.Float16) : values).MoveToOuterDisposeScope();
        }

        return tensors;
    }

    // OpenAI's archives: convolution, attention, perceptrons and projections in 16 bits, the rest in 32.
    private static bool IsHalf(string name) =>
        name is "visual.conv1.weight" or "visual.proj" or "text_projection"
        || name.Contains(".attn.", StringComparison.Ordinal)
        || name.Contains(".mlp.", StringComparison.Ordinal);

    private static bool IsNormalisationWeight(string name) =>
        name.Contains("ln_", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);

    private static double Deviation(string name, ClipArchitecture architecture)
    {
        bool isImage = name.StartsWith("visual.", StringComparison.Ordinal);
        double width = isImage ? architecture.VisionWidth : architecture.TextWidth;
        double layers = isImage ? architecture.VisionLayers : architecture.TextLayers;
        bool endsBranch = name.EndsWith("out_proj.weight", StringComparison.Ordinal)
            || name.EndsWith("c_proj.weight", StringComparison.Ordinal);
        return name switch
        {
            "token_embedding.weight" => 0.02,
            "positional_embedding" => 0.01,
            "visual.conv1.weight" => 1 / Math.Sqrt(9.0 * architecture.PatchSize * architecture.PatchSize),
            _ when endsBranch => 1 / Math.Sqrt(2 * layers * width),
            _ when name.EndsWith("c_fc.weight", StringComparison.Ordinal) => 1 / Math.Sqrt(2 * width),
            _ => 1 / Math.Sqrt(width),
        };
    }
}
