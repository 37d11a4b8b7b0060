namespace PromptKD.Export;

/// <summary>Whether the sentences of a run are those of its class vectors.</summary>
internal static class ClassSentences
{
    /// <summary>What goes with class vectors that learned text tokens are in.</summary>
    public const string Learned =
        "The class names stand beside learned text tokens, which are part of the class vectors.";

    /// <summary>What there is to say in place of the sentences; null where they are those of the vectors.</summary>
    /// <param name="inputs">SHA-256 of all that the run was made from.</param>
    /// <param name="ownTexts">Whether the student's own plain CLIP made the vectors.</param>
    public static string? WhyUnknown(IReadOnlyDictionary<string, string> inputs, bool ownTexts) =>
        ownTexts ? null
        : inputs.ContainsKey("class vectors") ? "The class vectors were given: their sentences are not known here."
        : inputs.ContainsKey("teacher prompts") ? Learned
        : null;
}
