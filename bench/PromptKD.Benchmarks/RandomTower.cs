using PromptKD.Models.Clip;
using RandomClip;

namespace PromptKD.Benchmarks;

/// <summary>Image towers of true size with random weights.</summary>
internal static class RandomTower
{
    /// <summary>A frozen tower on the CPU.</summary>
    public static ImageEncoder Make(ClipArchitecture architecture, ScalarType precision)
    {
        // Before the scope is opened, which would take the parameters with it.
        var encoder = ImageEncoder.Create(architecture, precision, CPU);
        using DisposeScope scope = NewDisposeScope();
        ModuleWeights.Fill(encoder, RandomWeights.Draw(architecture, seed: 1), "visual.", "random weights");
        return encoder;
    }
}
