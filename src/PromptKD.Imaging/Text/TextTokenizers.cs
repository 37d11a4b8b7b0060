using System.Text.Json;
using PromptKD.Runtime;
using PromptKD.Text.Pieces;

namespace PromptKD.Text;

/// <summary>Opens the tokenizer of a vocabulary, told apart by what the file holds: one row a kind.</summary>
internal static class TextTokenizers
{
    // Gemma's, of 256,000 tokens, has 34 MB.
    private const int MaxBytes = 64 << 20;

    /// <param name="vocabularyFile">
    /// CLIP's (<see cref="ClipTokenizer.Load"/>); a <c>spiece.model</c> of sentencepiece; or a <c>tokenizer.json</c>
    /// whose
    /// model is a unigram, or byte pairs with a fallback to bytes.
    /// </param>
    /// <exception cref="PromptKDException">The file is missing or is none of these.</exception>
    public static ITextTokenizer Load(string vocabularyFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyFile);
        if (vocabularyFile.EndsWith(".model", StringComparison.OrdinalIgnoreCase))
        {
            return SentencePieceFile.Read(vocabularyFile);
        }

        if (!vocabularyFile.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || !File.Exists(vocabularyFile))
        {
            return ClipTokenizer.Load(vocabularyFile);
        }

        try
        {
            using JsonDocument json = JsonText.Parse(RegularFile.ReadAllBytes(vocabularyFile), MaxBytes);
            return TokenizerJson.TryRead(vocabularyFile, json.RootElement)
                ?? (ITextTokenizer)ClipTokenizer.Load(vocabularyFile);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"{vocabularyFile}: cannot be read as JSON: {error.Message}", error);
        }
    }
}
