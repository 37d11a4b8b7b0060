namespace EmojiStyles;

/// <summary>What is said about a picture.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="About">What it names: a concept by its code, a class by its group, or a tag.</param>
internal sealed record Caption(string Text, string About);
