using PromptKD.Text.Cleaning;

namespace PromptKD.Text.Pieces;

/// <summary>
/// SigLIP's tokenizer, version 1, as open_clip has it, from <c>tokenizer.json</c>: text is repaired and HTML resolved,
/// underscores become blanks, ASCII punctuation is deleted; then words of pieces.
/// </summary>
/// <param name="model">The pieces.</param>
/// <param name="map">The file's table of characters.</param>
/// <param name="size">Number of pieces.</param>
/// <param name="end">Id of the end of a text, which also pads.</param>
internal sealed class UnigramTokenizer(UnigramModel model, CharacterMap map, int size, int end)
    : PaddedTokenizer(size, end, padding: end)
{
    private const char Blank = '▁';

    /// <inheritdoc/>
    public override int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string cleaned = TextCleaning.Clean(text).Replace('_', ' ');
        string letters = PythonText.CollapseSpace(string.Concat(cleaned.Where(letter => !IsPunctuation(letter))));
        string replaced = map.ReplaceByGrapheme(letters);
        string[] words = replaced.Split([' ', Blank], StringSplitOptions.RemoveEmptyEntries);
        return [.. words.SelectMany(word => model.Encode(Blank + word))];
    }

    private static bool IsPunctuation(char letter) =>
        char.IsAscii(letter) && (char.IsPunctuation(letter) || char.IsSymbol(letter));
}
