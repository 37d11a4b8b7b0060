using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;

namespace PromptKD.Methods;

/// <summary>The frozen CLIP, or the part of it, that a method learns beside. Belongs to the method.</summary>
/// <param name="Images">The image tower.</param>
/// <param name="LogitScale">logit_scale, before exp: a scalar, float32.</param>
/// <param name="Text">The text tower; null where the method has none.</param>
/// <param name="Sentences">The sentences of the classes; null where the method has no text tower.</param>
internal sealed record FrozenModel(
    ImageEncoder Images, Tensor LogitScale, TextEncoder? Text = null, PromptedTexts? Sentences = null);
