using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Tests.Teachers;

/// <summary>Numbers by hand, of probabilities: a teacher's logits are their logarithms.</summary>
public sealed class AskedTeacherTests
{
    [Fact]
    public void Is_the_teacher_itself_where_nothing_else_is_asked()
    {
        using var teacher = new SaidTeacher([[0.9, 0.1]]);

        Assert.Same(teacher, AskedTeacher.Of(teacher, new TargetConfig(), temperature: 1, views: 0, [0]));
    }

    [Fact]
    public void A_temperature_divides_the_logits() =>
        // ln 9 / 2 = ln 3.
        Assert.Equal([0.75, 0.25], Asked([[0.9, 0.1]], new TargetConfig { Temperature = 2 }, views: 0), Near);

    [Fact]
    public void All_views_are_asked_and_their_probabilities_averaged() =>
        Assert.Equal(
            [0.625, 0.375], Asked([[0.5, 0.5], [0.75, 0.25]], new TargetConfig { AllViews = true }, views: 2), Near);

    [Fact]
    public void They_are_averaged_at_the_temperature_of_the_loss() =>
        // At 2 (9/10, 1/10) is (3/4, 1/4).
        Assert.Equal(
            [0.625, 0.375],
            Asked([[0.5, 0.5], [0.9, 0.1]], new TargetConfig { AllViews = true }, views: 2, temperature: 2),
            Near);

    [Theory]
    [InlineData(1.0, 0.69230769230769)] // 0.9 / 1.6 : 0.1 / 0.4
    [InlineData(0.5, 0.81818181818182)] // 0.9 / √1.6 : 0.1 / √0.4 = 9 : 2
    public void Balance_divides_by_what_a_class_is_given_over_all_pictures_and_views(double balance, double expected) =>
        Assert.Equal(
            [expected, 1 - expected],
            Asked([[0.9, 0.1], [0.7, 0.3]], new TargetConfig { Balance = balance }, views: 2),
            Near);

    [Fact]
    public void Balance_is_of_the_mean_where_all_views_are_averaged() =>
        // One picture, as much of each class over its views: nothing to take out.
        Assert.Equal(
            [0.5, 0.5],
            Asked([[0.9, 0.1], [0.7, 0.3]], new TargetConfig { Balance = 1, AllViews = true }, views: 2),
            Near);

    [Fact]
    public void A_class_that_is_hardly_ever_seen_is_not_blown_up() =>
        // Its share of 2e-9 counts as 0.01 of an even one; the other's is 2: 1 / 2 : 1e-9 / 0.01.
        Assert.Equal(2e-7, Asked([[1, 1e-9]], new TargetConfig { Balance = 1 }, views: 1)[1], tolerance: 1e-10);

    // Of eight views it changes its mind about one: it stays with its answer in six cases of eight.
    [Fact]
    public void Calibrated_it_is_as_sure_as_it_stays_with_its_answers() => Assert.Equal(
        [0.75, 0.25],
        Asked(
            [.. Enumerable.Repeat<double[]>([0.9, 0.1], 7), [0.1, 0.9]],
            new TargetConfig { Calibrate = true },
            views: 8),
        Near);

    [Fact]
    public void Says_what_it_was_calibrated_to()
    {
        var listener = new Listener();
        double[][] views = [.. Enumerable.Repeat<double[]>([0.9, 0.1], 7), [0.1, 0.9]];

        using ITeacher teacher = AskedTeacher.Of(
            new SaidTeacher(views), new TargetConfig { Calibrate = true }, temperature: 1, views: 8, [0], listener);

        // ln 9 / ln 3.
        Assert.Equal(
            ["The teacher foretells its answers to other views best at a temperature of 2.000"], listener.Said);
    }

    [Fact]
    public void Is_taken_as_it_is_where_its_answers_decide_no_temperature_and_that_is_said()
    {
        var listener = new Listener();
        using ITeacher teacher = AskedTeacher.Of(
            new SaidTeacher([[0.9, 0.1]]),
            new TargetConfig { Calibrate = true },
            temperature: 1,
            views: 1,
            [0],
            listener);

        Assert.Equal(
            [
                "warning: DISTILL.TARGET.CALIBRATE finds no temperature: it compares answers to the views of a picture, "
                + "and one is stored. The teacher's probabilities are taken as they are.",
            ],
            listener.Said);
        Assert.Equal([0.9, 0.1], Asked([[0.9, 0.1]], new TargetConfig { Calibrate = true }, views: 1), Near);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Asked([[0.9, 0.1], [0.7, 0.3]], new TargetConfig { Balance = 1, AllViews = true }, views: 2);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private sealed class Listener : IRunObserver
    {
        public List<string> Said { get; } = [];

        public void OnPhase(string description) => Said.Add(description);

        public void OnWarning(string message) => Said.Add($"warning: {message}");
    }

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-5;

    // What the only picture's first view is asked for, as probabilities at the loss's temperature.
    private static double[] Asked(double[][] said, TargetConfig target, int views, double temperature = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITeacher teacher = AskedTeacher.Of(new SaidTeacher(said), target, temperature, views, [0]);
        using var batch = new Batch([], [], labels: null, [0]) { View = 0 };
        return [.. teacher.Scores(batch).div(temperature).softmax(-1).to(ScalarType.Float64).data<double>()];
    }

    /// <summary>Says of each view what it was told to.</summary>
    private sealed class SaidTeacher(double[][] probabilities) : ITeacher
    {
        public ClassVectors ClassVectors { get; } = new(["cat", "dog"], zeros(2, 3), logitScale: 1);

        public IReadOnlyList<Teacher> Members => [];

        public TeacherCombination? Combination => null;

        public IReadOnlyList<Preprocessing> Preparations => [];

        public Tensor Scores(Batch batch) => tensor(
            batch.Items.SelectMany(_ => probabilities[batch.View!.Value].Select(one => (float)Math.Log(one))).ToArray(),
            [batch.Items.Count, 2]);

        public void Dispose() => ClassVectors.Dispose();
    }
}
