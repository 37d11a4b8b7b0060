using PromptKD.Models.Clip;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>The nonlinearities of perceptrons.</summary>
internal static class Activations
{
    private const double CubicShare = 0.044715;
    private const double QuickSlope = 1.702;

    private static readonly double s_slope = Math.Sqrt(2 / Math.PI);

    /// <param name="x">Any shape.</param>
    /// <param name="activation">Which.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public static Tensor Activated(this Tensor x, ClipActivation activation)
    {
        using DisposeScope scope = NewDisposeScope();
        return (activation switch
        {
            ClipActivation.Gelu => functional.gelu(x),
            ClipActivation.TanhGelu => TanhGelu(x),
            ClipActivation.QuickGelu => functional.silu(x.Times(QuickSlope)).Over(QuickSlope),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation."),
        }).MoveToOuterDisposeScope();
    }

    // x/2 (1 + tanh u) = x · sigmoid(2u), with u = √(2/π) (x + 0.044715 x³).
    private static Tensor TanhGelu(Tensor x)
    {
        Tensor cubic = x.mul(x).mul(x).Times(CubicShare);
        return x.mul(x.Plus(cubic).Times(2 * s_slope).sigmoid());
    }
}
