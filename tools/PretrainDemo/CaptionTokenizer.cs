using System.Text.RegularExpressions;
using PromptKD.Demo.Vocabulary;

namespace PretrainDemo;

internal sealed partial class CaptionTokenizer(IReadOnlyList<BytePair> merges)
{
    private readonly Dictionary<string, int> _ids = merges
        .Select((pair, index) => (Word: pair.Left + pair.Right, Id: 512 + index))
        .ToDictionary(one => one.Word, one => one.Id);

    public int VocabularySize => 512 + merges.Count + 2;

    public int[] Tokenize(string caption)
    {
        int[] ids = new int[16];
        int at = 0;
        ids[at++] = VocabularySize - 2;
        foreach (Match word in Word().Matches(caption))
        {
            ids[at++] = word.Value.Length == 1 ? 256 + word.Value[0] - '!' : _ids[word.Value + "</w>"];
        }

        ids[at] = VocabularySize - 1;
        return ids;
    }

    [GeneratedRegex("[a-z]+|[^ a-z]+")]
    private static partial Regex Word();
}
