namespace PromptKD.Data.Decoding;

/// <summary>One value a colour channel, on the scale where black is 0 and white is 1.</summary>
/// <param name="Red">Of the red channel.</param>
/// <param name="Green">Of the green channel.</param>
/// <param name="Blue">Of the blue channel.</param>
public readonly record struct Rgb(float Red, float Green, float Blue);
