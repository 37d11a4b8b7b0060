using PromptKD.Data.Loading;
using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

public sealed class EvaluatorTests
{
    // Logits of five pictures among four classes, and their labels: 0 and 1 are base, 2 and 3 novel.
    private static readonly float[,] s_logits =
    {
        { 5, 1, 9, 0 }, // base 0: right among base, wrong among all
        { 7, 7, 0, 0 }, // base 1: the tie goes to class 0
        { 0, 8, 2, 1 }, // novel 2: right among novel
        { 0, 0, 1, 3 }, // novel 3: right everywhere
        { 0, 0, 6, 5 }, // novel 3: wrong everywhere
    };

    private static readonly long[] s_labels = [0, 1, 2, 3, 3];

    [Fact]
    public void Lets_only_the_classes_of_a_run_compete()
    {
        using DisposeScope scope = NewDisposeScope();
        Evaluator evaluator = Run(batchSize: 2);

        Assert.Equal(20, evaluator.Metrics(ClassRange.All(4))!.Accuracy);
        Assert.Equal((2, 1), CountsOf(evaluator.Metrics(ClassRange.Base(2))));
        Assert.Equal((3, 2), CountsOf(evaluator.Metrics(ClassRange.Novel(4, 2))));
        Assert.Equal([2, 0, 1, 3, 2], evaluator.Predictions(ClassRange.All(4)));
        Assert.Equal([2, 2, 2, 3, 2], evaluator.Predictions(ClassRange.Novel(4, 2)));
    }

    [Fact]
    public void Has_no_metrics_where_no_picture_belongs() =>
        Assert.Null(Run(batchSize: 5).Metrics(new ClassRange(4, 0)));

    [Fact]
    public void Gives_the_result_of_the_base_to_novel_protocol()
    {
        var result = BaseNovelResult.From(Run(batchSize: 5), classes: 4, baseClasses: 2);

        Assert.Equal((20.0, 50.0, 200.0 / 3), (result.All, result.Base!.Value, result.Novel!.Value));
        Assert.Equal(5, result.Pictures);
        Assert.Equal(2 * 50 * (200.0 / 3) / (50 + (200.0 / 3)), result.HarmonicMean!.Value, tolerance: 1e-12);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(4)]
    public void Has_no_base_and_novel_accuracy_without_a_split(int? baseClasses)
    {
        var result = BaseNovelResult.From(Run(batchSize: 5), classes: 4, baseClasses);

        Assert.Equal((null, null, null), (result.Base, result.Novel, result.HarmonicMean));
    }

    [Fact]
    public void Says_that_there_is_nothing_to_evaluate_on()
    {
        var error = Assert.Throws<PromptKDException>(() => BaseNovelResult.From(
            BatchEvaluation.Run(pictures => pictures, [], TestContext.Current.CancellationToken), 4, null));

        Assert.Equal("There is no labelled picture to evaluate on.", error.Message);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Run(batchSize: 2);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Stops_between_batches()
    {
        using var cancellation = new CancellationTokenSource();
        int seen = 0;

        Assert.Throws<OperationCanceledException>(() => BatchEvaluation.Run(
            pictures =>
            {
                seen++;
                cancellation.Cancel();
                return pictures.clone();
            },
            Batches(batchSize: 2),
            cancellation.Token));
        Assert.Equal(1, seen);
    }

    // The "pictures" are the logits, and the classifier hands them on.
    private static Evaluator Run(int batchSize) =>
        BatchEvaluation.Run(pictures => pictures.clone(), Batches(batchSize));

    private static IEnumerable<Batch> Batches(int batchSize) => Enumerable.Range(0, s_labels.Length).Chunk(batchSize)
        .Select(items =>
        {
            float[] rows = [.. items.SelectMany(item => Enumerable.Range(0, 4).Select(one => s_logits[item, one]))];
            Tensor logits = tensor(rows, [items.Length, 4]);
            return new Batch(logits, tensor(items.Select(item => s_labels[item]).ToArray()), items);
        });

    private static (int Total, int Correct) CountsOf(ClassificationMetrics? metrics) =>
        (metrics!.Total, metrics.Correct);
}
