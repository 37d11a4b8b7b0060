namespace PromptKD.Models.Clip.Packed;

/// <summary>
/// How texts that begin alike lie in one matrix: the rows of their common beginning once, then the rows of what follows
/// it in each text, without padding, shorter texts first. Behind a causal mask the beginning does not see what follows,
/// so it is the same for all texts, and computing it once is exact. It owns the index tensors of that order.
/// </summary>
internal sealed class PackedLayout : IDisposable
{
    private readonly int[] _order;
    private readonly int[] _lengths;

    /// <param name="lengths">Tokens of each text, the common beginning and the token that is read included.</param>
    /// <param name="shared">Tokens of the common beginning; fewer than any text has.</param>
    /// <param name="device">Where the texts are encoded.</param>
    public PackedLayout(IReadOnlyList<int> lengths, int shared, Device device)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lengths.Min(), shared);
        Shared = shared;
        _lengths = [.. lengths];
        _order = [.. Enumerable.Range(0, _lengths.Length).OrderBy(text => _lengths[text])];
        Groups =
        [
            .. _order.GroupBy(text => _lengths[text]).Select(group => new Group(group.Count(), group.Key - shared)),
        ];
        RowsOfParts = [Shared, .. Groups.Select(group => (long)group.Texts * group.Tokens)];
        TextsOfParts = [.. Groups.Select(group => (long)group.Texts)];
        IEnumerable<int> positions = Enumerable.Range(0, Shared).Concat(OwnTokens().Select(own => own.Position));
        Positions = Hold(positions, device);
        LastRows = Hold(FindLastRows(), device);
        Places = Hold(FindPlaces(), device);
    }

    /// <summary>Finds how far texts begin alike.</summary>
    /// <param name="texts">Token ids of each, zero-padded; the end-of-text token, the largest id, is read.</param>
    /// <param name="learned">Tokens behind the start that the same learned ones replace in all texts.</param>
    /// <param name="device">Where the texts are encoded.</param>
    /// <returns>Null where not even the start and the learned tokens are a common beginning.</returns>
    public static PackedLayout? Of(IReadOnlyList<long[]> texts, long learned, Device device)
    {
        int[] lengths = [.. texts.Select(text => Array.IndexOf(text, text.Max()) + 1)];
        int shared = 0;
        while (shared < lengths.Min() - 1
            && ((shared >= 1 && shared <= learned) || texts.All(text => text[shared] == texts[0][shared])))
        {
            shared++;
        }

        return shared > learned ? new PackedLayout(lengths, shared, device) : null;
    }

    /// <summary>Tokens of the common beginning.</summary>
    public int Shared { get; }

    /// <summary>The texts in their order in the matrix, those of one length together.</summary>
    public IReadOnlyList<Group> Groups { get; }

    /// <summary>Rows of the beginning, then rows of each group: where the matrix is split.</summary>
    public long[] RowsOfParts { get; }

    /// <summary>Texts of each group.</summary>
    public long[] TextsOfParts { get; }

    /// <summary>The position in its text of each row, int64 [rows].</summary>
    public Tensor Positions { get; }

    /// <summary>The last row of each text, in the order of the matrix, int64 [texts].</summary>
    public Tensor LastRows { get; }

    /// <summary>The place in the order of the matrix of each text, int64 [texts].</summary>
    public Tensor Places { get; }

    /// <summary>Where the rows behind the beginning come from, if the texts lie one after the other, padded.</summary>
    /// <param name="tokens">Tokens of each padded text.</param>
    public long[] OwnRows(long tokens) => [.. OwnTokens().Select(own => (own.Text * tokens) + own.Position)];

    /// <summary>The tokens of the rows behind the beginning.</summary>
    /// <param name="texts">Token ids of each text.</param>
    public long[] TakeOwn(IReadOnlyList<long[]> texts) => [.. OwnTokens().Select(own => texts[own.Text][own.Position])];

    /// <inheritdoc/>
    public void Dispose()
    {
        Positions.Dispose();
        LastRows.Dispose();
        Places.Dispose();
    }

    private int[] FindLastRows()
    {
        int row = Shared - 1;
        return [.. _order.Select(text => row += _lengths[text] - Shared)];
    }

    private int[] FindPlaces()
    {
        int[] places = new int[_order.Length];
        for (int place = 0; place < _order.Length; place++)
        {
            places[_order[place]] = place;
        }

        return places;
    }

    private static Tensor Hold(IEnumerable<int> numbers, Device device) =>
        tensor([.. numbers.Select(number => (long)number)], device: device).DetachFromDisposeScope();

    private IEnumerable<(int Text, int Position)> OwnTokens() => _order.SelectMany(text =>
        Enumerable.Range(Shared, _lengths[text] - Shared).Select(position => (text, position)));

    /// <summary>Texts of one length.</summary>
    /// <param name="Texts">How many.</param>
    /// <param name="Tokens">Tokens that each has behind the common beginning.</param>
    internal sealed record Group(int Texts, int Tokens);
}
