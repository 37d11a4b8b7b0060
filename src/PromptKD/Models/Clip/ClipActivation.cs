namespace PromptKD.Models.Clip;

/// <summary>The nonlinearity between the two layers of each transformer perceptron.</summary>
public enum ClipActivation
{
    /// <summary>x · sigmoid(1.702 x): OpenAI's models, and all that were trained to be compatible with them.</summary>
    QuickGelu,

    /// <summary>The exact x · Φ(x): most of open_clip's own models.</summary>
    Gelu,

    /// <summary>x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))): SigLIP's.</summary>
    TanhGelu,
}
