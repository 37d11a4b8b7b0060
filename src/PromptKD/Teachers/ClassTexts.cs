using PromptKD.Models.Clip;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>Sentences about classes, as the token ids that a text tower reads.</summary>
internal static class ClassTexts
{
    /// <param name="tokenizer">The tokenizer of the tower's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="textOf">The sentence of a name.</param>
    /// <param name="context">Length that the tower reads, tokens.</param>
    /// <returns>int64, zero-padded, [classes, context].</returns>
    /// <exception cref="PromptKDException">A sentence is too long.</exception>
    public static Tensor Tokenize(
        ClipTokenizer tokenizer, IReadOnlyList<string> names, Func<string, string> textOf, int context)
    {
        long[] ids = [.. names.SelectMany(name => Tokenize(tokenizer, name, textOf(name), context))];
        using Tensor flat = tensor(ids);
        return flat.view(names.Count, context).clone();
    }

    /// <summary>Refuses a vocabulary that a CLIP was not made with.</summary>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="architecture">Of the CLIP.</param>
    /// <param name="description">The CLIP, for the message.</param>
    /// <exception cref="PromptKDException">The numbers of tokens differ.</exception>
    public static void RequireVocabulary(ClipTokenizer tokenizer, ClipArchitecture architecture, string description)
    {
        if (tokenizer.VocabularySize != architecture.VocabularySize)
        {
            throw new PromptKDException(
                $"The vocabulary has {tokenizer.VocabularySize} tokens, but {description} needs "
                + $"{architecture.VocabularySize}. Give that model's own with --vocab.");
        }
    }

    /// <returns>[context].</returns>
    private static IEnumerable<long> Tokenize(ClipTokenizer tokenizer, string name, string text, int context)
    {
        const int LettersShown = 60;
        try
        {
            return tokenizer.Tokenize(text, context).Select(id => (long)id);
        }
        catch (PromptKDException error)
        {
            string shown = name.Length <= LettersShown ? name : $"{name.AsSpan(0, LettersShown)}…";
            throw new PromptKDException($"The class name '{shown}' is too long. {error.Message}", error);
        }
    }
}
