using PromptKD.Demo.Vocabulary;

namespace PromptKD.Tests.Demo.Vocabulary;

public sealed class BytePairLearnerTests
{
    [Fact]
    public void Joins_the_most_frequent_pair_first()
    {
        // "aab" twice is a a b</w>, "ab" once is a b</w>: (a, b</w>) occurs 3 times, (a, a) twice. Then "ab" is one
        // token, and a ab</w> is the only pair left.
        IReadOnlyList<BytePair> merges = BytePairLearner.Learn(["aab ab", "aab"]);

        Assert.Equal([new("a", "b</w>"), new("a", "ab</w>")], merges);
    }

    [Fact]
    public void Joins_equally_frequent_pairs_in_ordinal_order() =>
        Assert.Equal([new("a", "b</w>"), new("b", "a</w>")], BytePairLearner.Learn(["ba ab"]));

    [Fact]
    public void Pairs_that_overlap_are_joined_from_the_left() =>
        Assert.Equal([new("a", "a"), new("aa", "a</w>")], BytePairLearner.Learn(["aaa"]));

    [Fact]
    public void Punctuation_is_a_word_of_its_own() =>
        Assert.Equal([new("o", "n</w>")], BytePairLearner.Learn(["on, on."]));

    [Fact]
    public void Every_word_of_the_captions_becomes_one_token()
    {
        IReadOnlyList<BytePair> merges = BytePairLearner.Learn(Captions.All);

        string[] words = [.. Captions.All.SelectMany(caption => caption.Split(' ', ',', '.')).Distinct()];
        string[] tokens = [.. merges.Select(pair => pair.Left + pair.Right)];
        Assert.All(words.Where(word => word.Length > 1), word => Assert.Contains(word + "</w>", tokens));
        Assert.Equal(tokens.Length, tokens.Distinct().Count());
    }

    [Fact]
    public void Writes_a_version_and_a_pair_on_each_line() =>
        Assert.Equal(
            "#version: 0.2\no n\nb on</w>\n",
            BytePairLearner.ToMergesFile([new("o", "n"), new("b", "on</w>")]));

    [Fact]
    public void Refuses_letters_that_are_not_printable_ascii()
    {
        var error = Assert.Throws<ArgumentException>(() => BytePairLearner.Learn(["ein Bär"]));

        Assert.Contains("ein Bär", error.Message, StringComparison.Ordinal);
    }
}
