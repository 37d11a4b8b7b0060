using System.Text;
using PromptKD.Text.Cleaning;

namespace PromptKD.Text.Pieces;

/// <summary>
/// SigLIP's tokenizer, version 1, from <c>spiece.model</c>: lower case, ASCII punctuation deleted, blanks collapsed,
/// the
/// file's own table of characters, pieces. Gives the ids of transformers' SiglipTokenizer.
/// </summary>
/// <param name="model">The pieces.</param>
/// <param name="map">The file's table of characters.</param>
/// <param name="size">Number of pieces.</param>
/// <param name="unknown">Id of what no piece has.</param>
/// <param name="end">Id of the end of a text, which also pads.</param>
internal sealed class SentencePieceTokenizer(UnigramModel model, CharacterMap map, int size, int unknown, int end)
    : PaddedTokenizer(size, end, padding: end)
{
    private const string EndText = "</s>";
    private const string UnknownText = "<unk>";
    private const char Blank = '▁';

    private readonly int _end = end;

    /// <inheritdoc/>
    public override int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        bool isFirst = true;
        foreach ((string part, bool isSpecial) in Cut(text.Replace(Blank, ' ')))
        {
            if (isSpecial)
            {
                ids.Add(part == EndText ? _end : unknown);
            }
            else
            {
                ids.AddRange(model.Encode(Normalise(part, isFirst)));
            }

            isFirst = false;
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    protected override bool EndsItself(int[] ids) => ids.Length > 0 && ids[^1] == _end;

    // Only the beginning of a text counts as the beginning of a word: what follows a special token goes on.
    private string Normalise(string part, bool isFirst)
    {
        string lower = PythonText.ToLower(part);
        string letters = string.Concat(lower.Where(letter => !IsPunctuation(letter)));
        string replaced = map.Replace((isFirst ? " " : "") + PythonText.CollapseSpace(letters));
        var result = new StringBuilder(replaced.Length);
        foreach (char letter in replaced)
        {
            if (letter != ' ' || result.Length == 0 || result[^1] != Blank)
            {
                result.Append(letter == ' ' ? Blank : letter);
            }
        }

        return result.ToString().TrimEnd(Blank);
    }

    private static bool IsPunctuation(char letter) =>
        char.IsAscii(letter) && (char.IsPunctuation(letter) || char.IsSymbol(letter));

    // Special tokens take the blanks around them along.
    private static IEnumerable<(string Part, bool IsSpecial)> Cut(string text)
    {
        int from = 0;
        for (int place = 0; place < text.Length; place++)
        {
            string? special = new[] { EndText, UnknownText }.FirstOrDefault(
                token => string.CompareOrdinal(text, place, token, 0, token.Length) == 0);
            if (special is not null)
            {
                yield return (text[from..place], false);
                yield return (special, true);
                place += special.Length - 1;
                from = place + 1;
            }
        }

        yield return (text[from..], false);
    }
}
