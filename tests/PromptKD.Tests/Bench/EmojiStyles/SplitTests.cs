using EmojiStyles;

namespace PromptKD.Tests.Bench.EmojiStyles;

public sealed class SplitTests
{
    // Three classes of 20 concepts with a stem each, where the last ten of each share one; and two that are no class:
    // one of few concepts, one of few stems.
    private static readonly Concept[] s_concepts =
    [
        .. from name in new[] { "a", "b", "c" }
           from i in Enumerable.Range(0, 20)
           select Make(name, i, i < 10 ? $"thing {(char)('a' + i)}" : $"thing of many: {i}"),
        .. Enumerable.Range(0, 11).Select(i => Make("few", i, $"thing {(char)('a' + i)}")),
        .. Enumerable.Range(0, 30).Select(i => Make("alike", i, $"thing: {i}")),
    ];

    [Fact]
    public void Subcategories_with_enough_concepts_and_stems_are_classes() =>
        Assert.Equal(["a", "b", "c"], Split.ClassesOf(s_concepts));

    [Fact]
    public void A_quarter_of_each_class_is_tested()
    {
        var split = Split.Make(s_concepts, 7);

        Assert.Equal(15, split.Test.Count);
        string[] groups = ["a", "b", "c"];
        Assert.All(groups, name => Assert.Equal(5, Tested(split).Count(one => one.Group == name)));
    }

    [Fact]
    public void A_stem_is_on_one_side()
    {
        HashSet<string> tested = [.. Tested(Split.Make(s_concepts, 7)).Select(concept => concept.Stem)];

        Assert.All(
            s_concepts.Where(concept => tested.Contains(concept.Stem)),
            concept => Assert.Contains(concept.Code, Split.Make(s_concepts, 7).Test));
        Assert.DoesNotContain("a/thing of many", tested); // ten concepts do not fit into a quarter of twenty
    }

    [Fact]
    public void All_splits_test_the_same_and_halve_the_classes_otherwise()
    {
        Split[] splits = [.. Enumerable.Range(0, 8).Select(seed => Split.Make(s_concepts, seed))];

        Assert.All(splits, split => Assert.True(split.Test.SetEquals(splits[0].Test)));
        Assert.All(splits, split => Assert.Equal(["a", "b", "c"], split.Classes.Order()));
        Assert.All(splits, split => Assert.Equal(2, split.Base));
        Assert.True(splits.Select(split => string.Concat(split.Classes)).Distinct().Count() > 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_split() =>
        Assert.Equal(Split.Make(s_concepts, 3).Classes, Split.Make([.. s_concepts], 3).Classes);

    private static IEnumerable<Concept> Tested(Split split) =>
        s_concepts.Where(concept => split.Test.Contains(concept.Code));

    private static Concept Make(string group, int number, string name) => new($"{group}{number}", name, [], group);
}
