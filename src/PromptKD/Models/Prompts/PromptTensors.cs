namespace PromptKD.Models.Prompts;

/// <summary>Learned tokens, by the module in which the reference keeps them.</summary>
/// <param name="Context">Those of the sentences, [length, text width].</param>
/// <param name="Vision">Those in the image tower, named as by <see cref="LearnedPrompts.NameOf"/>.</param>
/// <param name="Text">Those in the text tower: of its layers above the first.</param>
internal sealed record PromptTensors(
    Tensor Context,
    IReadOnlyList<KeyValuePair<string, Tensor>> Vision,
    IReadOnlyList<KeyValuePair<string, Tensor>> Text);
