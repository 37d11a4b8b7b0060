using System.Text;
using PromptKD.Text.Cleaning;

namespace PromptKD.Text.Pieces;

/// <summary>
/// SigLIP 2's tokenizer, from Gemma's <c>tokenizer.json</c>: added tokens are cut out, blanks become signs, what lies
/// between
/// is merged pair by pair as one word; letters that the vocabulary does not have become bytes. The model was trained
/// on lower
/// case, which the file does not make: it is made here.
/// </summary>
internal sealed class BytePieceTokenizer : PaddedTokenizer
{
    private const char Blank = '▁';

    private readonly IReadOnlyDictionary<string, int> _ids;
    private readonly Dictionary<(int First, int Second), (int Rank, int Merged)> _merges;
    private readonly string[] _added;
    private readonly int _unknown;

    /// <param name="ids">Id of each token.</param>
    /// <param name="merges">Rank and result of each pair.</param>
    /// <param name="added">Tokens that are cut out of raw text.</param>
    /// <param name="unknown">Id of a letter whose bytes the vocabulary does not have either.</param>
    /// <param name="end">Id of the end of a text.</param>
    /// <param name="padding">Id that fills the rest.</param>
    public BytePieceTokenizer(
        IReadOnlyDictionary<string, int> ids,
        Dictionary<(int First, int Second), (int Rank, int Merged)> merges,
        IEnumerable<string> added,
        int unknown,
        int end,
        int padding)
        : base(ids.Count, end, padding)
    {
        _ids = ids;
        _merges = merges;
        _added = [.. added.OrderByDescending(token => token.Length).ThenBy(token => token, StringComparer.Ordinal)];
        _unknown = unknown;
    }

    /// <inheritdoc/>
    public override int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EncodeAsItIs(PythonText.ToLower(text));
    }

    /// <summary>As <see cref="Encode"/>, in the letters of the text.</summary>
    public int[] EncodeAsItIs(string text)
    {
        var ids = new List<int>();
        int from = 0;
        for (int place = 0; place < text.Length;)
        {
            string? token = Array.Find(_added, one => string.CompareOrdinal(text, place, one, 0, one.Length) == 0);
            if (token is null)
            {
                place++;
                continue;
            }

            ids.AddRange(Merge(text[from..place]));
            ids.Add(_ids[token]);
            from = place += token.Length;
        }

        ids.AddRange(Merge(text[from..]));
        return [.. ids];
    }

    // The pair of the lowest rank first, of equal ones the leftmost: a queue of places in a list of neighbours.
    private IEnumerable<int> Merge(string text)
    {
        int[] symbols = [.. Symbols(text.Replace(' ', Blank))];
        int[] next = [.. Enumerable.Range(1, symbols.Length)];
        int[] previous = [.. Enumerable.Range(-1, symbols.Length)];
        var queue = new PriorityQueue<(int Place, int Right, int Merged), (int Rank, int Place)>();
        for (int place = 0; place < symbols.Length; place++)
        {
            Offer(place);
        }

        while (queue.TryDequeue(out (int Place, int Right, int Merged) pair, out _))
        {
            if (symbols[pair.Place] < 0 || next[pair.Place] != pair.Right || Find(pair.Place)?.Merged != pair.Merged)
            {
                continue;
            }

            symbols[pair.Place] = pair.Merged;
            symbols[pair.Right] = -1;
            next[pair.Place] = next[pair.Right];
            if (next[pair.Place] < symbols.Length)
            {
                previous[next[pair.Place]] = pair.Place;
            }

            Offer(pair.Place);
            if (previous[pair.Place] >= 0)
            {
                Offer(previous[pair.Place]);
            }
        }

        return symbols.Where(symbol => symbol >= 0);

        (int Rank, int Merged)? Find(int place) =>
            next[place] < symbols.Length
                && _merges.TryGetValue((symbols[place], symbols[next[place]]), out (int, int) merge)
                ? merge
                : null;

        void Offer(int place)
        {
            if (Find(place) is { } merge)
            {
                queue.Enqueue((place, next[place], merge.Merged), (merge.Rank, place));
            }
        }
    }

    private IEnumerable<int> Symbols(string text)
    {
        bool wasUnknown = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            string letter = rune.ToString();
            if (_ids.TryGetValue(letter, out int id))
            {
                wasUnknown = false;
                yield return id;
                continue;
            }

            int[] bytes =
            [
                .. Encoding.UTF8.GetBytes(letter).Select(one => _ids.GetValueOrDefault($"<0x{one:X2}>", -1)),
            ];
            bool isKnown = !bytes.Contains(-1);
            foreach (int one in isKnown ? bytes : wasUnknown ? [] : [_unknown])
            {
                yield return one;
            }

            wasUnknown = !isKnown;
        }
    }
}
