using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>x · sigmoid(1.702 x): the approximation of GELU that OpenAI's CLIP was trained with.</summary>
internal sealed class QuickGelu() : Module<Tensor, Tensor>(nameof(QuickGelu))
{
    private const double Slope = 1.702;

    /// <param name="x">Any shape.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    // silu(s·x) / s is the same function, with one fused kernel where x·sigmoid(s·x) needs two.
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scaled = x.Times(Slope);
        Tensor y = scaled.requires_grad
            ? functional.silu(scaled).Over(Slope)
            : functional.silu(scaled, inplace: true).OverInPlace(Slope);
        return y.MoveToOuterDisposeScope();
    }
}
