namespace PromptKD.Text;

/// <summary>
/// The words in whose place learned tokens stand: they decide how many tokens there are, what these start from, and
/// how the sentence around a class name is tokenized.
/// </summary>
/// <remarks>The two readings of CTX_INIT and N_CTX in Dassl's programs (CoOp <c>trainers/coop.py</c>, MaPLe
/// <c>trainers/ivlp.py</c>, each in its prompt learner).</remarks>
internal sealed record ContextText
{
    /// <summary>Stands for each learned token that starts from noise.</summary>
    private const string Placeholder = "X";

    /// <summary>More learned tokens than this never start from words, in the methods that prompt both towers.</summary>
    private const int LongestFromWords = 4;

    private ContextText(int length, string words, bool startsFromWords)
    {
        Length = length;
        StartsFromWords = startsFromWords;
        Prefix = startsFromWords ? words : string.Join(' ', Enumerable.Repeat(Placeholder, length));
    }

    /// <summary>Learned tokens.</summary>
    public int Length { get; }

    /// <summary>What the sentence begins with: the words, or one placeholder a token.</summary>
    public string Prefix { get; }

    /// <summary>Whether the learned tokens start as the embeddings of the words, and not from noise.</summary>
    public bool StartsFromWords { get; }

    /// <summary>As CoOp and CoCoOp read it: words, where there are some, say how many tokens there are.</summary>
    /// <param name="words">CTX_INIT; underscores become blanks; empty for noise.</param>
    /// <param name="length">N_CTX, tokens, used where there are no words.</param>
    public static ContextText CountedInWords(string words, int length)
    {
        string text = words.Replace('_', ' ');
        return text.Length == 0
            ? new ContextText(length, text, startsFromWords: false)
            : new ContextText(text.Split(' ').Length, text, startsFromWords: true);
    }

    /// <summary>
    /// As the methods that prompt both towers read it: N_CTX counts, and up to four tokens may start from words.
    /// </summary>
    /// <param name="words">CTX_INIT; underscores become blanks; empty for noise.</param>
    /// <param name="length">N_CTX, tokens.</param>
    public static ContextText CountedInTokens(string words, int length)
    {
        string text = words.Replace('_', ' ');
        return new ContextText(length, text, startsFromWords: text.Length > 0 && length <= LongestFromWords);
    }

    /// <summary>The sentence for one class. Underscores of the name become blanks.</summary>
    public string Fill(string className) => $"{Prefix} {className.Replace('_', ' ')}.";

    /// <summary>What a user should know if the words have not as many tokens as are learned; null if they do.</summary>
    /// <param name="tokenizer">Counts the tokens of the words.</param>
    public string? FindMismatch(ITextTokenizer tokenizer)
    {
        int tokens = StartsFromWords ? tokenizer.Encode(Prefix).Length : Length;
        return tokens == Length ? null
            : tokens > Length
                ? $"CTX_INIT \"{Prefix}\" has {tokens} tokens, but {Length} are learned: the other {tokens - Length} "
                    + "stay as they are, as in the reference."
                : $"CTX_INIT \"{Prefix}\" has {tokens} tokens, but {Length} are learned: the others replace the "
                    + "beginning of each class name, as in the reference. Give more words or a smaller N_CTX.";
    }
}
