namespace PromptKD.Data.Decoding;

/// <summary>One way to look at a picture in training: a box of it, mirrored or not.</summary>
/// <param name="Left">Left edge of the box, in pixels.</param>
/// <param name="Top">Upper edge of the box, in pixels.</param>
/// <param name="Width">Width of the box, in pixels; at least 1.</param>
/// <param name="Height">Height of the box, in pixels; at least 1.</param>
/// <param name="Flip">Whether the box is mirrored, left to right.</param>
internal readonly record struct View(int Left, int Top, int Width, int Height, bool Flip);
