using System.Text;

namespace PromptKD.Text.Pieces;

/// <summary>
/// A vocabulary of pieces with scores. Text is cut into those whose scores have the largest sum; characters that no
/// piece
/// has cost ten more than the worst one, and neighbours of these are one unknown.
/// </summary>
/// <remarks>Kudo, "Subword regularization" (arXiv 1804.10959), as sentencepiece's EncodeOptimized computes
/// it.</remarks>
internal sealed class UnigramModel
{
    private const double UnknownCost = 10;

    private readonly Dictionary<string, (int Id, double Score)> _pieces;
    private readonly Dictionary<string, (int Id, double Score)>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int _unknown;
    private readonly double _unknownScore;
    private readonly bool _isSingle;
    private readonly int _longest;

    /// <param name="pieces">Text, id and score of each piece that text can hold.</param>
    /// <param name="unknown">Id of what no piece has.</param>
    /// <param name="isSingle">Whether sums are of single precision, as sentencepiece's.</param>
    public UnigramModel(IReadOnlyList<(string Text, int Id, double Score)> pieces, int unknown, bool isSingle)
    {
        _pieces = [];
        foreach ((string text, int id, double score) in pieces.Where(piece => piece.Text.Length > 0))
        {
            _pieces.TryAdd(text, (id, score));
        }

        _lookup = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknown = unknown;
        _isSingle = isSingle;
        _unknownScore = _pieces.Values.Select(piece => piece.Score).DefaultIfEmpty().Min() - UnknownCost;
        _longest = _pieces.Keys.Select(text => text.Length).DefaultIfEmpty().Max();
    }

    /// <summary>The ids of a text in which blanks are pieces' own signs already.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        (double Score, int Start, int Id)[] best = new (double, int, int)[text.Length + 1];
        Array.Fill(best, (0, -1, _unknown), 1, text.Length);
        for (int start = 0; start < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(start), out _, out int letter);
            bool hasLetter = false;
            for (int length = 1; length <= Math.Min(_longest, text.Length - start); length++)
            {
                if (_lookup.TryGetValue(text.AsSpan(start, length), out (int Id, double Score) piece))
                {
                    Offer(best, start, start + length, best[start].Score + piece.Score, piece.Id);
                    hasLetter |= length == letter;
                }
            }

            if (!hasLetter)
            {
                Offer(best, start, start + letter, best[start].Score + _unknownScore, _unknown);
            }

            start += letter;
        }

        return Trace(best);
    }

    private void Offer((double Score, int Start, int Id)[] best, int start, int end, double score, int id)
    {
        double rounded = _isSingle ? (float)score : score;
        if (best[end].Start < 0 || rounded > best[end].Score)
        {
            best[end] = (rounded, start, id);
        }
    }

    private List<int> Trace((double Score, int Start, int Id)[] best)
    {
        var ids = new List<int>();
        for (int end = best.Length - 1; end > 0; end = best[end].Start)
        {
            if (best[end].Id != _unknown || ids.Count == 0 || ids[^1] != _unknown)
            {
                ids.Add(best[end].Id);
            }
        }

        ids.Reverse();
        return ids;
    }
}
