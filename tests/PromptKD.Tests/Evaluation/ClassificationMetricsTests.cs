using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

public sealed class ClassificationMetricsTests
{
    // Class 0: one of two found. Class 1: found. Class 2: taken for 1.
    private static readonly ClassificationMetrics s_metrics = new([0, 0, 1, 2], [0, 1, 1, 1]);

    [Fact]
    public void Counts_what_is_right()
    {
        Assert.Equal((4, 2), (s_metrics.Total, s_metrics.Correct));
        Assert.Equal((50.0, 50.0), (s_metrics.Accuracy, s_metrics.ErrorRate));
    }

    [Fact]
    public void Averages_F1_over_the_classes() =>
        // 2·hits / (occurrences + predictions): 2/3, 2/4 and 0.
        Assert.Equal(100 * ((2.0 / 3) + 0.5 + 0) / 3, s_metrics.MacroF1, tolerance: 1e-12);

    [Fact]
    public void Averages_accuracy_over_the_classes()
    {
        Assert.Equal(
            new Dictionary<int, double> { [0] = 50, [1] = 100, [2] = 0 }, s_metrics.PerClassAccuracy.ToDictionary());
        Assert.Equal(50, s_metrics.MeanPerClassAccuracy);
    }

    [Fact]
    public void Counts_confusions_by_true_row_and_predicted_column()
    {
        (IReadOnlyList<int> classes, int[,] counts) = s_metrics.ConfusionMatrix();

        Assert.Equal([0, 1, 2], classes);
        Assert.Equal(new[,] { { 1, 1, 0 }, { 0, 1, 0 }, { 0, 1, 0 } }, counts);
    }

    [Fact]
    public void Knows_classes_that_were_only_predicted()
    {
        var metrics = new ClassificationMetrics([2, 2], [2, 7]);

        Assert.Equal([2, 7], metrics.ConfusionMatrix().Classes);
        Assert.Equal(100 * 2.0 / 3, metrics.MacroF1, tolerance: 1e-12); // Class 7 never occurs: it does not count.
    }

    [Theory]
    [InlineData(40, 60, 48)] // 2 · 40 · 60 / 100
    [InlineData(0, 80, 0)]
    [InlineData(0, 0, 0)]
    public void Takes_the_harmonic_mean(double first, double second, double expected) =>
        Assert.Equal(expected, ClassificationMetrics.HarmonicMean(first, second), tolerance: 1e-12);

    [Fact]
    public void Refuses_lists_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => new ClassificationMetrics([], []));
        Assert.Throws<ArgumentException>(() => new ClassificationMetrics([0, 1], [0]));
    }
}
