namespace PromptKD.Text;

/// <summary>Turns text into the token ids that a text tower reads. An instance may be used by several threads at
/// once.</summary>
internal interface ITextTokenizer
{
    /// <summary>Number of tokens.</summary>
    int VocabularySize { get; }

    /// <summary>Tokens around each text: its start where there is one, its end.</summary>
    int Markers { get; }

    /// <summary>Turns text into ids, without markers and of any length.</summary>
    int[] Encode(string text);

    /// <summary>Turns text into what a text tower reads: markers and padding included.</summary>
    /// <param name="text">A class name in a sentence, for example.</param>
    /// <param name="contextLength">Length of the result, in tokens.</param>
    /// <returns>[contextLength].</returns>
    /// <exception cref="PromptKDException">The text does not fit.</exception>
    int[] Tokenize(string text, int contextLength);

    /// <summary>As <see cref="Tokenize"/>, but cuts a text that is too long; its end stays.</summary>
    int[] TokenizeTruncated(string text, int contextLength);
}
