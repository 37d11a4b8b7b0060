using System.Text.RegularExpressions;

namespace PromptKD.Demo.Vocabulary;

/// <summary>
/// Learns a byte-pair vocabulary (Sennrich, Haddow and Birch, ACL 2016) in CLIP's form: the last symbol of a word
/// ends in <c>&lt;/w&gt;</c>. The most frequent pair of neighbours is joined, again and again, until every word of
/// the corpus is one token. Equally frequent pairs go in ordinal order, so the same corpus gives the same vocabulary.
/// </summary>
public static partial class BytePairLearner
{
    private const string WordEnd = "</w>";

    /// <summary>
    /// Learns the merges that make every word of a corpus one token, or as many of them as are asked for.
    /// </summary>
    /// <param name="sentences">Lower-case printable ASCII, which CLIP's byte alphabet leaves as it is.</param>
    /// <param name="most">Merges to stop at.</param>
    /// <returns>Pairs of symbols, the first to be joined first.</returns>
    /// <exception cref="ArgumentException">A sentence has a character that is not printable ASCII.</exception>
    public static IReadOnlyList<BytePair> Learn(IEnumerable<string> sentences, int most = int.MaxValue)
    {
        List<CountedWord> words = CountWords(sentences);
        var merges = new List<BytePair>();
        while (merges.Count < most && MostFrequentPair(words) is { } pair)
        {
            merges.Add(pair);
            foreach (CountedWord word in words)
            {
                Join(word.Symbols, pair);
            }
        }

        return merges;
    }

    /// <summary>A <c>merges.txt</c> as Hugging Face writes it: a version line, then a pair a line.</summary>
    public static string ToMergesFile(IEnumerable<BytePair> merges) =>
        string.Concat(merges.Select(pair => $"{pair.Left} {pair.Right}\n").Prepend("#version: 0.2\n"));

    private static List<CountedWord> CountWords(IEnumerable<string> sentences) =>
    [
        .. sentences.SelectMany(SplitWords)
            .CountBy(word => word, StringComparer.Ordinal)
            .Select(entry => new CountedWord(ToSymbols(entry.Key), entry.Value)),
    ];

    private static IEnumerable<string> SplitWords(string sentence) =>
        sentence.All(letter => letter is >= ' ' and <= '~')
            ? Word().Matches(sentence).Select(match => match.Value)
            : throw new ArgumentException($"Not printable ASCII: '{sentence}'.", nameof(sentence));

    private static List<string> ToSymbols(string word)
    {
        List<string> symbols = [.. word.Select(letter => letter.ToString())];
        symbols[^1] += WordEnd;
        return symbols;
    }

    private static BytePair? MostFrequentPair(List<CountedWord> words) =>
        words
            .SelectMany(word => Enumerable.Range(1, word.Symbols.Count - 1)
                .Select(i => (Pair: new BytePair(word.Symbols[i - 1], word.Symbols[i]), word.Count)))
            .AggregateBy(entry => entry.Pair, 0L, (total, entry) => total + entry.Count)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key.Left, StringComparer.Ordinal)
            .ThenBy(entry => entry.Key.Right, StringComparer.Ordinal)
            .Select(entry => entry.Key)
            .FirstOrDefault();

    private static void Join(List<string> symbols, BytePair pair)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                symbols[i] += symbols[i + 1];
                symbols.RemoveAt(i + 1);
            }
        }
    }

    // CLIP splits text into runs of letters, single digits, and runs of what is neither.
    [GeneratedRegex("[a-z]+|[0-9]|[^ a-z0-9]+")]
    private static partial Regex Word();

    /// <summary>A word as symbols, and how often the corpus has it.</summary>
    private sealed record CountedWord(List<string> Symbols, int Count);
}

/// <summary>Two neighbouring symbols that become one.</summary>
/// <param name="Left">The first symbol.</param>
/// <param name="Right">The second symbol; ends in <c>&lt;/w&gt;</c> where the word ends.</param>
public sealed record BytePair(string Left, string Right);
