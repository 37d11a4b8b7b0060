using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

/// <summary>The temperature of a student, against arithmetic by hand.</summary>
public sealed class CalibrationTests
{
    [Fact]
    public void Labels_give_the_temperature_at_which_confidence_is_the_share_of_right_answers()
    {
        // 1 / (1 + exp(-2 / T)) = 3/4 where 2 / T = ln 3.
        Calibration fit = Calibration.ToLabels(
            [.. Enumerable.Range(0, 40).Select(number => (new float[] { 2, 0 }, number % 4 == 0 ? 1 : 0))])!;

        Assert.Equal(2 / Math.Log(3), fit.Temperature, 9);
        Assert.Equal("labels", fit.FittedTo);
        Assert.Equal(40, fit.Pictures);
        Assert.Equal((1 / (1 + Math.Exp(-2))) - 0.75, fit.ErrorBefore, 12);
        Assert.Equal(0, fit.ErrorAfter, 9);
    }

    [Fact]
    public void A_teachers_probabilities_give_the_temperature_with_the_least_cross_entropy()
    {
        (float[] Logits, double[] Probabilities)[] three =
        [
            ([3, 1, 0], [0.6, 0.3, 0.1]), ([0.5f, 2, -1], [0.2, 0.7, 0.1]), ([1, 1.5f, 4], [0.1, 0.1, 0.8]),
        ];

        Calibration fit = Calibration.ToTeacher([.. Enumerable.Repeat(three, 7).SelectMany(all => all)])!;

        // Python: golden section on the mean of -sum(p * log(softmax(z / T))).
        Assert.Equal(1.5540703239679359, fit.Temperature, 6);
        Assert.Equal("teacher", fit.FittedTo);
    }

    [Fact]
    public void A_student_that_is_its_teacher_is_left_as_it_is()
    {
        float[][] logits = [[1, 0, 3], [2, 0, 0], [0, 4, 1]];

        Calibration fit = Calibration.ToTeacher(
            [.. Enumerable.Range(0, 30).Select(
                number => (logits[number % 3], AnswerStatistics.Softmax(logits[number % 3])))])!;

        Assert.Equal(1, fit.Temperature, 9);
        Assert.Equal(0, fit.ErrorBefore, 9);
    }

    [Fact]
    public void A_temperature_that_makes_the_error_larger_is_not_taken()
    {
        // 88 of 100 are right that are 88.1 % sure; four that are 99.97 % sure are wrong, and pull the fit to 2.1.
        Calibration fit = Calibration.ToLabels(
        [
            .. Enumerable.Range(0, 100).Select(number => (new float[] { 2, 0 }, number < 88 ? 0 : 1)),
            .. Enumerable.Repeat((new float[] { 8, 0 }, 1), 4),
        ])!;

        Assert.Equal(1, fit.Temperature);
        Assert.Equal(((100 * ((1 / (1 + Math.Exp(-2))) - 0.88)) + (4 / (1 + Math.Exp(-8)))) / 104, fit.ErrorBefore, 12);
        Assert.Equal(fit.ErrorBefore, fit.ErrorAfter);
    }

    [Theory]
    [InlineData(40, 0)] // never wrong: no temperature is cold enough
    [InlineData(40, 1)] // always wrong: none is warm enough
    [InlineData(19, 4)] // too few
    public void Nothing_is_fitted_where_labels_do_not_decide(int pictures, int wrongOneIn) => Assert.Null(
        Calibration.ToLabels(
        [
            .. Enumerable.Range(0, pictures)
                .Select(number => (new float[] { 2, 0 }, wrongOneIn > 0 && number % wrongOneIn == 0 ? 1 : 0)),
        ]));
}
