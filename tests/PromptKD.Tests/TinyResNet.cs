using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Tests;

/// <summary>A CLIP with a ResNet, small enough to run in a test: random weights, variances around 1.</summary>
internal static class TinyResNet
{
    /// <summary>
    /// Five blocks, a stem of 8 channels, 2 × 2 places at the end; the texts of <see cref="TinyClip"/>.
    /// </summary>
    public static ClipArchitecture Architecture { get; } = TinyClip.Architecture with
    {
        ImageSize = 64,
        PatchSize = 32,
        VisionWidth = 256,
        VisionLayers = 5,
        VisionHeads = 4,
        Stages = new ResNetStages(2, 1, 1, 1),
    };

    /// <summary>All parameters and statistics under OpenAI's names, float32.</summary>
    public static Dictionary<string, Tensor> Weights(ClipArchitecture architecture, ulong seed = 1)
    {
        const double Deviation = 0.1;
        var weights = new Dictionary<string, Tensor>();
        foreach ((string name, long[] shape) in ClipParameters.ShapesOf(architecture))
        {
            bool isScale = shape.Length == 1
                && (name.EndsWith(".weight", StringComparison.Ordinal)
                    || name.EndsWith("running_var", StringComparison.Ordinal));
            Tensor drawn = TinyClip.Random(seed++, shape).TimesInPlace(Deviation);
            weights[name] = isScale ? drawn.Minus(-1) : drawn;
        }

        return weights;
    }

    /// <summary>The image tower, frozen.</summary>
    public static ImageEncoder ImageEncoder(ScalarType type = ScalarType.Float32)
    {
        var encoder = PromptKD.Models.Clip.ImageEncoder.Create(Architecture, type, CPU);
        ModuleWeights.Fill(encoder, Weights(Architecture), "visual.", "the tiny ResNet");
        return encoder;
    }

    /// <summary>Normalised pixels, [count, 3, 64, 64].</summary>
    public static Tensor Images(int count) =>
        TinyClip.Random(7, count, 3, Architecture.ImageSize, Architecture.ImageSize);
}
