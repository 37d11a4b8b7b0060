using System.Collections.Concurrent;
using System.Text;

namespace PromptKD.Text;

/// <summary>
/// CLIP's byte-pair tokenizer: text in, token ids out. Gives the ids of OpenAI's Python code, except for mojibake,
/// text that was decoded wrongly, which is mended in part. An instance may be used by several threads at once.
/// </summary>
/// <remarks>
/// Ids count the 256 bytes, the same bytes at the end of a word, one token a merge, then the two markers. Any number
/// of merges will do; OpenAI's file gives 49,408 tokens. Source: openai/CLIP, clip/simple_tokenizer.py.
/// </remarks>
public sealed class ClipTokenizer : ITextTokenizer
{
    /// <summary>Length, in tokens, that OpenAI's text encoders read.</summary>
    private const int DefaultContextLength = 77;

    /// <summary>Words are remembered up to this many, so that a long run over changing text stays small.</summary>
    private const int MaxRememberedWords = 1 << 16;

    private const string StartMarker = "<|startoftext|>";
    private const string EndMarker = "<|endoftext|>";

    private readonly BytePairEncoder _encoder;
    private readonly ConcurrentDictionary<string, int[]> _words = new();
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _wordLookup;

    private ClipTokenizer(BytePairEncoder encoder)
    {
        _encoder = encoder;
        StartOfText = encoder.SymbolCount;
        _words[StartMarker] = [StartOfText];
        _words[EndMarker] = [EndOfText];
        _wordLookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Id of the marker that opens every sequence; 49,406 in OpenAI's vocabulary.</summary>
    public int StartOfText { get; }

    /// <summary>Id of the marker that closes every sequence, the largest; 49,407 in OpenAI's vocabulary.</summary>
    public int EndOfText => StartOfText + 1;

    /// <summary>Number of tokens: 512 for the bytes, one for each merge, and the two markers.</summary>
    public int VocabularySize => EndOfText + 1;

    int ITextTokenizer.Markers => 2;

    /// <summary>Reads a vocabulary: OpenAI's file, or one of those of a Hugging Face folder.</summary>
    /// <param name="vocabularyFile">
    /// <c>bpe_simple_vocab_16e6.txt.gz</c>, <c>merges.txt</c>, <c>tokenizer.json</c>, or a <c>vocab.json</c> that has
    /// a <c>merges.txt</c> beside it.
    /// </param>
    /// <exception cref="PromptKDException">The file is missing or is none of these.</exception>
    public static ClipTokenizer Load(string vocabularyFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyFile);
        return new ClipTokenizer(new BytePairEncoder(MergeFile.Read(vocabularyFile), vocabularyFile));
    }

    /// <summary>Turns text into ids, without markers and of any length.</summary>
    /// <param name="text">Any text; cleaned as CLIP's Python code does.</param>
    public int[] Encode(string text) => EncodeCleaned(TextCleaning.Clean(text));

    /// <summary>Turns ids back into cleaned text, with a blank behind every word.</summary>
    /// <param name="tokens">Ids of this vocabulary, markers included.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not of this vocabulary.</exception>
    public string Decode(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var bytes = new List<byte>();
        foreach (int token in tokens)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(token, nameof(tokens));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(token, EndOfText, nameof(tokens));
            bytes.AddRange(
                token == StartOfText ? Encoding.UTF8.GetBytes(StartMarker)
                : token == EndOfText ? Encoding.UTF8.GetBytes(EndMarker)
                : _encoder.BytesOf(token));
        }

        return Encoding.UTF8.GetString([.. bytes]).Replace(BytePairEncoder.EndOfWord, " ", StringComparison.Ordinal);
    }

    /// <summary>Turns text into what a text encoder reads: start, ids, end, then zeros.</summary>
    /// <param name="text">A class name in a sentence, for example.</param>
    /// <param name="contextLength">Length of the result, in tokens; 77 for OpenAI's models.</param>
    /// <returns>[contextLength].</returns>
    /// <exception cref="PromptKDException">The text does not fit.</exception>
    public int[] Tokenize(string text, int contextLength = DefaultContextLength)
    {
        int[] tokens = Encode(text);
        if (tokens.Length + 2 > contextLength)
        {
            string line = text.ReplaceLineEndings(" ");
            string shown = line.Length <= 100 ? line : $"{line.AsSpan(0, 100)}…";
            throw new PromptKDException(
                $"The text \"{shown}\" has {tokens.Length + 2} tokens with its two markers, but the text encoder reads "
                + $"{contextLength}. Shorten it (of a class, the name or the template).");
        }

        return AddMarkers(tokens, contextLength);
    }

    /// <summary>As <see cref="Tokenize"/>, but cuts a text that is too long; the end marker stays.</summary>
    /// <param name="text">Text of any length.</param>
    /// <param name="contextLength">Length of the result, in tokens, at least 2.</param>
    /// <returns>[contextLength].</returns>
    public int[] TokenizeTruncated(string text, int contextLength = DefaultContextLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 2);
        int[] tokens = Encode(text);
        return AddMarkers(tokens.AsSpan(0, Math.Min(tokens.Length, contextLength - 2)), contextLength);
    }

    /// <summary>Turns text that has been cleaned already into ids.</summary>
    internal int[] EncodeCleaned(string cleaned)
    {
        var tokens = new List<int>(cleaned.Length / 3);
        ReadOnlySpan<char> rest = cleaned;
        while (WordScanner.Next(ref rest, out ReadOnlySpan<char> word))
        {
            tokens.AddRange(EncodeWord(word));
        }

        return [.. tokens];
    }

    private int[] EncodeWord(ReadOnlySpan<char> word)
    {
        if (_wordLookup.TryGetValue(word, out int[]? known))
        {
            return known;
        }

        int[] tokens = _encoder.Encode(word);
        if (_words.Count < MaxRememberedWords)
        {
            _wordLookup[word] = tokens;
        }

        return tokens;
    }

    private int[] AddMarkers(ReadOnlySpan<int> tokens, int contextLength)
    {
        int[] sequence = new int[contextLength];
        sequence[0] = StartOfText;
        tokens.CopyTo(sequence.AsSpan(1));
        sequence[tokens.Length + 1] = EndOfText;
        return sequence;
    }
}
