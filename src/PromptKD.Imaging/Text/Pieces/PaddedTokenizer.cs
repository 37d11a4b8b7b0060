namespace PromptKD.Text.Pieces;

/// <summary>A tokenizer whose texts end with a token and are padded with one, without a token at the start.</summary>
/// <param name="size">Number of tokens.</param>
/// <param name="end">Id of the end of a text.</param>
/// <param name="padding">Id that fills the rest.</param>
internal abstract class PaddedTokenizer(int size, int end, int padding) : ITextTokenizer
{
    /// <inheritdoc/>
    public int VocabularySize => size;

    /// <inheritdoc/>
    public int Markers => 1;

    /// <inheritdoc/>
    public abstract int[] Encode(string text);

    /// <inheritdoc/>
    public int[] Tokenize(string text, int contextLength)
    {
        int[] ids = Ended(text);
        if (ids.Length > contextLength)
        {
            const int LettersShown = 100;
            string line = text.ReplaceLineEndings(" ");
            string shown = line.Length <= LettersShown ? line : $"{line.AsSpan(0, LettersShown)}…";
            throw new PromptKDException(
                $"The text \"{shown}\" has {ids.Length} tokens with its end, but the text encoder reads "
                + $"{contextLength}. Shorten it (of a class, the name or the template).");
        }

        return Pad(ids, contextLength);
    }

    /// <inheritdoc/>
    public int[] TokenizeTruncated(string text, int contextLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        int[] ids = Ended(text);
        return Pad(ids.Length <= contextLength ? ids : [.. ids[..(contextLength - 1)], end], contextLength);
    }

    /// <summary>The ids of a text with its end.</summary>
    public int[] Ended(string text)
    {
        int[] ids = Encode(text);
        return EndsItself(ids) ? ids : [.. ids, end];
    }

    /// <summary>Whether a text has its end already.</summary>
    protected virtual bool EndsItself(int[] ids) => false;

    private int[] Pad(int[] ids, int contextLength)
    {
        int[] padded = new int[contextLength];
        Array.Fill(padded, padding);
        ids.CopyTo(padded, 0);
        return padded;
    }
}
