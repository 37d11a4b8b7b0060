namespace PromptKD.Methods;

/// <summary>Numbers of the PromptKD loss.</summary>
/// <param name="LossWeight">Scale of the distillation loss: 1000, or 200 for DTD, Flowers102 and FGVC Aircraft.</param>
/// <param name="Temperature">Softens both distributions before they are compared; 1 leaves them as they are.</param>
internal sealed record PromptKDSettings(double LossWeight, double Temperature);
