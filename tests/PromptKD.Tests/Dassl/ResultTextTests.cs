using PromptKD.Dassl;
using PromptKD.Evaluation;

namespace PromptKD.Tests.Dassl;

public sealed class ResultTextTests
{
    [Fact]
    public void Says_total_correct_and_rates()
    {
        // Class 0: 2 of 3 right, F1 = 4/5. Class 1: 1 of 1 right, one false, F1 = 2/3.
        var metrics = new ClassificationMetrics([0, 0, 0, 1], [0, 0, 1, 1]);

        Assert.Equal(
            ["=> result", "* total: 4", "* correct: 3", "* accuracy: 75.0%", "* error: 25.0%", "* macro_f1: 73.3%"],
            ResultText.Lines(metrics));
    }

    [Fact]
    public void Names_each_class_that_occurs()
    {
        var metrics = new ClassificationMetrics([2, 2, 0], [2, 0, 0]);

        Assert.Equal(
            [
                "=> per-class result",
                "* class: 0 (cat)\ttotal: 1\tcorrect: 1\tacc: 100.0%",
                "* class: 2 (fish)\ttotal: 2\tcorrect: 1\tacc: 50.0%",
                "* average: 75.0%",
            ],
            ResultText.Lines(metrics, ["cat", "dog", "fish"]).Skip(6));
    }

    [Fact]
    public void Groups_the_digits_of_counts()
    {
        int[] labels = [.. Enumerable.Repeat(0, 1234)];

        Assert.Contains("* total: 1,234", ResultText.Lines(new ClassificationMetrics(labels, labels)));
    }
}
