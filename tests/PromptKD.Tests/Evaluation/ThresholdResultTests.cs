using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

public sealed class ThresholdResultTests
{
    // As predict does it, an answer that is as probable as the threshold is kept.
    [Fact]
    public void Counts_what_is_answered_and_how_much_of_it_is_right() => Assert.Equal(
        [
            new(0.25, 1, 0.75), new(0.5, 1, 0.75), new(0.6, 0.75, 2 / 3.0), new(0.7, 0.5, 1), new(0.8, 0.25, 1),
            new(0.9, 0.25, 1), new(0.95, 0.25, 1), new(0.99, 0, null),
        ],
        ThresholdResult.Of([(0.5, true), (0.6, false), (0.75, true), (0.95, true)]));
}
