using PromptKD.Models.Clip;
using TorchSharp.Modules;

namespace PretrainDemo;

/// <summary>
/// The random values that a CLIP starts from: normal numbers whose deviation depends on the width, and on the depth
/// for the layers that add to the residual stream (CLIP's code, <c>initialize_parameters</c>; GPT-2's rule). Both
/// encoders follow it. Biases start at 0 and normalisations as the identity.
/// </summary>
internal static class ClipInitialisation
{
    private const double FirstTemperature = 0.07; // CLIP paper, section 2.5

    /// <summary>Fills every parameter.</summary>
    /// <param name="model">The model to fill.</param>
    /// <param name="seed">The same seed gives the same values.</param>
    public static void Fill(ContrastiveModel model, long seed)
    {
        using var random = new Generator((ulong)seed, CPU);
        using IDisposable noGradients = no_grad();
        foreach ((string name, Parameter value) in model.Parameters)
        {
            if (name == "logit_scale")
            {
                value.fill_(Math.Log(1 / FirstTemperature));
            }
            else if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                value.zero_();
            }
            else if (value.dim() > 1 || name == "visual.class_embedding")
            {
                value.normal_(0, Deviation(name, value, model.Architecture), random);
            }
        }
    }

    private static double Deviation(string name, Parameter value, ClipArchitecture architecture)
    {
        bool image = name.StartsWith("visual.", StringComparison.Ordinal);
        double width = image ? architecture.VisionWidth : architecture.TextWidth;
        double layers = image ? architecture.VisionLayers : architecture.TextLayers;
        return name switch
        {
            "token_embedding.weight" => 0.02,
            "positional_embedding" => 0.01,
            "visual.conv1.weight" => 1 / Math.Sqrt(3.0 * value[0].numel()), // of PyTorch's default convolution
            _ when name.EndsWith("out_proj.weight", StringComparison.Ordinal)
                || name.EndsWith("c_proj.weight", StringComparison.Ordinal) => 1 / Math.Sqrt(width * 2 * layers),
            _ when name.EndsWith("c_fc.weight", StringComparison.Ordinal) => 1 / Math.Sqrt(2 * width),
            _ => 1 / Math.Sqrt(width),
        };
    }
}
