namespace PromptKD.Text;

/// <summary>A sentence with a gap for the name of a class, such as "a photo of a {}.".</summary>
internal sealed record PromptTemplate
{
    /// <summary>What the class name replaces.</summary>
    public const string Gap = "{}";

    /// <summary>Checks the sentence.</summary>
    /// <param name="pattern">Text with one <c>{}</c> in it.</param>
    /// <exception cref="PromptKDException">There is no <c>{}</c>, or more than one.</exception>
    public PromptTemplate(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        int gaps = pattern.Split(Gap).Length - 1;
        Pattern = gaps == 1
            ? pattern
            : throw new PromptKDException(
                $"The template \"{pattern}\" has {Gap} {gaps} times; it must have it once, where the class name goes.");
    }

    /// <summary>The sentence with its gap.</summary>
    public string Pattern { get; }

    /// <summary>The sentence for one class. Underscores of the name become blanks.</summary>
    public string Fill(string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        return Pattern.Replace(Gap, className.Replace('_', ' '), StringComparison.Ordinal);
    }

    /// <summary>The sentence with its gap.</summary>
    public override string ToString() => Pattern;
}
