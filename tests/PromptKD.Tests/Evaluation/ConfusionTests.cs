using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

public sealed class ConfusionTests
{
    // Of class 0 three pictures, one right; of class 1 one picture, right; of class 3 one, wrong; none of class 2.
    private static readonly Confusion s_confusion =
        new(4, [(0, 0), (0, 2), (0, 2), (1, 1), (3, 0)]);

    [Fact]
    public void Counts_pictures_by_wanted_and_given_class()
    {
        Assert.Equal(5, s_confusion.Total);
        Assert.Equal(2, s_confusion.Right);
        Assert.Equal(2, s_confusion[0, 2]);
        Assert.Equal(0, s_confusion[2, 0]);
    }

    [Fact]
    public void A_class_without_pictures_has_a_row_and_no_accuracy()
    {
        Assert.Equal(
            [new(0, 3, 2, 1), new(1, 1, 1, 1), new(2, 0, 2, 0), new ClassOutcome(3, 1, 0, 0)], s_confusion.Outcomes);
        Assert.Equal([1.0 / 3, 1, null, 0], s_confusion.Outcomes.Select(outcome => outcome.Accuracy));
    }

    [Fact]
    public void Pairs_come_by_number_and_then_by_class()
    {
        Assert.Equal([new(0, 2, 2, 2.0 / 3), new ConfusedPair(3, 0, 1, 1)], s_confusion.Pairs);
        Assert.Equal(
            [(0, 1), (1, 0), (1, 2)],
            new Confusion(3, [(1, 2), (1, 0), (0, 1)]).Pairs.Select(pair => (pair.Wanted, pair.Given)));
    }
}
