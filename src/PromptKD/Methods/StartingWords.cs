using PromptKD.Text;

namespace PromptKD.Methods;

/// <summary>
/// What learned tokens start from, by a method's settings; the user is told where it is not what those seem to say.
/// </summary>
internal static class StartingWords
{
    /// <summary>For methods whose words say how many tokens are learned.</summary>
    /// <param name="inputs">Whom to tell, and the tokenizer.</param>
    /// <param name="section">TRAINER.section, in upper case.</param>
    /// <param name="words">CTX_INIT.</param>
    /// <param name="length">N_CTX.</param>
    /// <param name="usual">Its default, which nobody asked for.</param>
    public static ContextText CountedInWords(
        MethodInputs inputs, string section, string words, int length, int usual)
    {
        var context = ContextText.CountedInWords(words, length);
        if (context.StartsFromWords && context.Length != length && length != usual)
        {
            inputs.Warn($"TRAINER.{section}.N_CTX {length} has no effect with CTX_INIT \"{context.Prefix}\", as in the "
                + $"reference: its {context.Length} words are learned.");
        }

        WarnOfMismatch(inputs, section, context);
        return context;
    }

    /// <summary>For methods whose N_CTX counts.</summary>
    /// <param name="inputs">As above.</param>
    /// <param name="section">As above.</param>
    /// <param name="words">CTX_INIT.</param>
    /// <param name="length">N_CTX, or N_CTX_TEXT.</param>
    public static ContextText CountedInTokens(MethodInputs inputs, string section, string words, int length)
    {
        var context = ContextText.CountedInTokens(words, length);
        if (words.Length > 0 && !context.StartsFromWords)
        {
            inputs.Warn($"TRAINER.{section}.CTX_INIT \"{words}\" has no effect with {context.Length} learned tokens, "
                + "as in the reference: more than 4 start from noise.");
        }

        WarnOfMismatch(inputs, section, context);
        return context;
    }

    private static void WarnOfMismatch(MethodInputs inputs, string section, ContextText context)
    {
        if (context.FindMismatch(inputs.Tokenizer.Value) is { } mismatch)
        {
            inputs.Warn($"TRAINER.{section}: {mismatch}");
        }
    }
}
