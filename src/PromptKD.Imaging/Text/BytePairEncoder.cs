using System.Text;

namespace PromptKD.Text;

/// <summary>Encodes one word at a time: its UTF-8 bytes are merged, pair by pair, in the order of the merges.</summary>
internal sealed class BytePairEncoder
{
    /// <summary>Marks, within the vocabulary, a symbol that ends a word.</summary>
    public const string EndOfWord = "</w>";

    private const int Bytes = 256;

    private readonly Dictionary<(int First, int Second), Merge> _merges;
    private readonly byte[][] _bytes;
    private readonly int[] _idOfByte = new int[Bytes];

    /// <param name="merges">Pairs of symbols, the first to be merged first.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="PromptKDException">A merge is made of symbols that no earlier merge makes.</exception>
    public BytePairEncoder(IReadOnlyList<MergePair> merges, string source)
    {
        SymbolCount = (2 * Bytes) + merges.Count;
        _bytes = new byte[SymbolCount][];
        _merges = new Dictionary<(int First, int Second), Merge>(merges.Count);
        var ids = new Dictionary<string, int>(SymbolCount);
        for (int id = 0; id < Bytes; id++)
        {
            _idOfByte[ByteAlphabet.Bytes[id]] = id;
            string symbol = ByteAlphabet.CharacterOf(ByteAlphabet.Bytes[id]).ToString();
            Add(symbol, id);
            Add(symbol + EndOfWord, Bytes + id);
        }

        for (int rank = 0; rank < merges.Count; rank++)
        {
            (string first, string second) = merges[rank];
            if (!ids.TryGetValue(first, out int firstId) || !ids.TryGetValue(second, out int secondId))
            {
                throw new PromptKDException(
                    $"{source}: merge {rank + 1} joins '{first}' and '{second}', which no earlier merge makes. "
                    + "Is this a CLIP vocabulary?");
            }

            int id = (2 * Bytes) + rank;
            Add(first + second, id);
            _merges.TryAdd((firstId, secondId), new Merge(rank, id));
        }

        void Add(string symbol, int id)
        {
            ids[symbol] = id;
            _bytes[id] = ByteAlphabet.ToBytes(symbol);
        }
    }

    /// <summary>Number of symbols: 512 and one for each merge.</summary>
    public int SymbolCount { get; }

    /// <summary>The bytes that a symbol stands for, with <see cref="EndOfWord"/> spelled out.</summary>
    public byte[] BytesOf(int id) => _bytes[id];

    /// <summary>Encodes one word (a piece from <see cref="WordScanner"/>).</summary>
    public int[] Encode(ReadOnlySpan<char> word)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        int[] symbols = new int[bytes.Length];
        for (int index = 0; index < bytes.Length; index++)
        {
            symbols[index] = _idOfByte[bytes[index]];
        }

        symbols[^1] += Bytes;
        int count = symbols.Length;
        while (FindEarliest(symbols.AsSpan(0, count)) is { } pair)
        {
            count = MergeAll(symbols.AsSpan(0, count), pair);
        }

        return symbols[..count];
    }

    private (int First, int Second)? FindEarliest(ReadOnlySpan<int> symbols)
    {
        (int First, int Second)? earliest = null;
        int lowest = int.MaxValue;
        for (int index = 0; index + 1 < symbols.Length; index++)
        {
            (int, int) pair = (symbols[index], symbols[index + 1]);
            if (_merges.TryGetValue(pair, out Merge merge) && merge.Rank < lowest)
            {
                lowest = merge.Rank;
                earliest = pair;
            }
        }

        return earliest;
    }

    /// <summary>Merges every occurrence of a pair, from the left, in place.</summary>
    /// <returns>How many symbols are left.</returns>
    private int MergeAll(Span<int> symbols, (int First, int Second) pair)
    {
        int merged = _merges[pair].Id;
        int written = 0;
        for (int index = 0; index < symbols.Length; index++)
        {
            bool found = index + 1 < symbols.Length && (symbols[index], symbols[index + 1]) == pair;
            symbols[written++] = found ? merged : symbols[index];
            index += found ? 1 : 0;
        }

        return written;
    }

    private readonly record struct Merge(int Rank, int Id);
}
