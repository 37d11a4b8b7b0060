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
    /// <exception cref="PromptKDException">
    /// A sentence is too long: the message names the class, or the template where that alone does not fit.
    /// </exception>
    public static Tensor Tokenize(
        ITextTokenizer tokenizer, IReadOnlyList<string> names, Func<string, string> textOf, int context)
    {
        long[] ids = [.. names.SelectMany(name => Tokenize(tokenizer, name, textOf, context))];
        using Tensor flat = tensor(ids);
        return flat.view(names.Count, context).clone();
    }

    /// <summary>Refuses a vocabulary that a CLIP was not made with.</summary>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="architecture">Of the CLIP.</param>
    /// <param name="description">The CLIP, for the message.</param>
    /// <exception cref="PromptKDException">The numbers of tokens differ.</exception>
    public static void RequireVocabulary(ITextTokenizer tokenizer, ClipArchitecture architecture, string description)
    {
        // An ONNX file need not say how many tokens it knows.
        bool isUnknown = architecture.TextGraph is not null && architecture.VocabularySize == 0;
        if (!isUnknown && tokenizer.VocabularySize != architecture.VocabularySize)
        {
            throw new PromptKDException(
                $"The vocabulary has {tokenizer.VocabularySize} tokens, but {description} needs "
                + $"{architecture.VocabularySize}. Give that model's own with ‹vocab›.");
        }
    }

    /// <returns>[context].</returns>
    private static IEnumerable<long> Tokenize(
        ITextTokenizer tokenizer, string name, Func<string, string> textOf, int context)
    {
        try
        {
            return tokenizer.Tokenize(textOf(name), context).Select(id => (long)id);
        }
        catch (PromptKDException error)
        {
            int tokens = tokenizer.Encode(textOf("")).Length + tokenizer.Markers;
            throw tokens > context
                ? new PromptKDException(
                    $"The template \"{Shorten(textOf(PromptTemplate.Gap))}\" is too long: without a class name it has "
                    + $"{tokens} tokens with its {(tokenizer.Markers == 2 ? "two markers" : "end")}, but the text "
                    + $"encoder reads {context}. Shorten it.",
                    error)
                : new PromptKDException($"The class name '{Shorten(name)}' is too long. {error.Marked}", error);
        }
    }

    private static string Shorten(string text)
    {
        const int LettersShown = 60;
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= LettersShown ? line : $"{line.AsSpan(0, LettersShown)}…";
    }
}
