using PromptKD.Text;

namespace PromptKD.Methods;

/// <summary>What a user should know of a context that is not what its settings seem to say.</summary>
/// <param name="inputs">Whom to tell, and the tokenizer.</param>
/// <param name="section">TRAINER.section, in upper case.</param>
internal sealed class ContextWarnings(MethodInputs inputs, string section)
{
    /// <summary>For methods whose words say how many tokens are learned.</summary>
    /// <param name="context">What is learned.</param>
    /// <param name="length">N_CTX.</param>
    public void OfWords(ContextText context, int length)
    {
        if (context.StartsFromWords && context.Length != length)
        {
            inputs.Warn($"TRAINER.{section}.N_CTX {length} has no effect with CTX_INIT \"{context.Prefix}\", as in the "
                + $"reference: its {context.Length} words are learned.");
        }

        OfMismatch(context);
    }

    /// <summary>For methods whose N_CTX counts.</summary>
    /// <param name="context">What is learned.</param>
    /// <param name="words">CTX_INIT.</param>
    public void OfTokens(ContextText context, string words)
    {
        if (words.Length > 0 && !context.StartsFromWords)
        {
            inputs.Warn($"TRAINER.{section}.CTX_INIT \"{words}\" has no effect with {context.Length} learned tokens, as in "
                + "the reference: more than 4 start from noise.");
        }

        OfMismatch(context);
    }

    private void OfMismatch(ContextText context)
    {
        if (context.FindMismatch(inputs.Tokenizer.Value) is { } mismatch)
        {
            inputs.Warn($"TRAINER.{section}: {mismatch}");
        }
    }
}
