namespace PromptKD.Models.Clip.Packed;

/// <summary>
/// How texts that begin alike lie in one matrix: the rows of their common beginning once, then the rows of what follows
/// it in each text, without padding, shorter texts first. Behind a causal mask the beginning does not see what follows,
/// so it is the same for all texts, and computing it once is exact.
/// </summary>
internal sealed class PackedLayout
{
    private readonly int[] _order;
    private readonly int[] _lengths;

    /// <param name="lengths">Tokens of each text, the common beginning and the token that is read included.</param>
    /// <param name="shared">Tokens of the common beginning; fewer than any text has.</param>
    public PackedLayout(IReadOnlyList<int> lengths, int shared)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lengths.Min(), shared);
        Shared = shared;
        _lengths = [.. lengths];
        _order = [.. Enumerable.Range(0, _lengths.Length).OrderBy(text => _lengths[text])];
        Groups =
        [
            .. _order.GroupBy(text => _lengths[text]).Select(group => new Group(group.Count(), group.Key - shared)),
        ];
    }

    /// <summary>Finds how far texts begin alike.</summary>
    /// <param name="texts">Token ids of each, zero-padded; the end-of-text token, the largest id, is read.</param>
    /// <param name="learned">Tokens behind the start that the same learned ones replace in all texts.</param>
    /// <returns>Null where not even the start and the learned tokens are a common beginning.</returns>
    public static PackedLayout? Of(IReadOnlyList<long[]> texts, long learned)
    {
        int[] lengths = [.. texts.Select(text => Array.IndexOf(text, text.Max()) + 1)];
        int shared = 0;
        while (shared < lengths.Min() - 1
            && ((shared >= 1 && shared <= learned) || texts.All(text => text[shared] == texts[0][shared])))
        {
            shared++;
        }

        return shared > learned ? new PackedLayout(lengths, shared) : null;
    }

    /// <summary>Tokens of the common beginning.</summary>
    public int Shared { get; }

    /// <summary>The texts in their order in the matrix, those of one length together.</summary>
    public IReadOnlyList<Group> Groups { get; }

    /// <summary>Rows of the beginning, then rows of each group: where the matrix is split.</summary>
    public long[] RowsOfParts => [Shared, .. Groups.Select(group => (long)group.Texts * group.Tokens)];

    /// <summary>Texts of each group.</summary>
    public long[] TextsOfParts => [.. Groups.Select(group => (long)group.Texts)];

    /// <summary>The position in its text of each row.</summary>
    public long[] Positions =>
        [.. Enumerable.Range(0, Shared).Concat(OwnTokens().Select(own => own.Position)).Select(row => (long)row)];

    /// <summary>The last row of each text, in the order of the matrix.</summary>
    public long[] LastRows
    {
        get
        {
            long row = Shared - 1;
            return [.. _order.Select(text => row += _lengths[text] - Shared)];
        }
    }

    /// <summary>The place in the order of the matrix of each text.</summary>
    public long[] Places
    {
        get
        {
            long[] places = new long[_order.Length];
            for (int place = 0; place < _order.Length; place++)
            {
                places[_order[place]] = place;
            }

            return places;
        }
    }

    /// <summary>Where the rows behind the beginning come from, if the texts lie one after the other, padded.</summary>
    /// <param name="tokens">Tokens of each padded text.</param>
    public long[] OwnRows(long tokens) => [.. OwnTokens().Select(own => (own.Text * tokens) + own.Position)];

    /// <summary>The tokens of the rows behind the beginning.</summary>
    /// <param name="texts">Token ids of each text.</param>
    public long[] TakeOwn(IReadOnlyList<long[]> texts) => [.. OwnTokens().Select(own => texts[own.Text][own.Position])];

    private IEnumerable<(int Text, int Position)> OwnTokens() => _order.SelectMany(text =>
        Enumerable.Range(Shared, _lengths[text] - Shared).Select(position => (text, position)));

    /// <summary>Texts of one length.</summary>
    /// <param name="Texts">How many.</param>
    /// <param name="Tokens">Tokens that each has behind the common beginning.</param>
    internal sealed record Group(int Texts, int Tokens);
}
