using PromptKD.Evaluation;
using PromptKD.Inference;

namespace PromptKD.Tests.Evaluation;

public sealed class NoneOfTheseTests
{
    // The teacher's largest logits are 4 above the student's in the mean; with its bias of −6 two are left to take off.
    [Fact]
    public void The_students_largest_logits_are_brought_to_the_teachers()
    {
        NoneOfThese fitted = NoneOfThese.Fit(-6, [(5, 2), (9, 4)])!;

        Assert.Equal(-2, fitted.Bias, precision: 12);
        Assert.Equal(2, fitted.Pictures);
        Assert.Equal(0.5, fitted.Threshold, precision: 12);
        Assert.Equal(1 / (1 + Math.Exp(-1)), fitted.Score([0, 3, -1]), precision: 6);
    }

    [Fact]
    public void One_in_twenty_lies_below_the_threshold()
    {
        NoneOfThese fitted = NoneOfThese.Fit(
            0, [.. Enumerable.Range(0, 100).Select(one => ((double)one, (double)one))])!;

        Assert.Equal(5, Enumerable.Range(0, 100).Count(one => fitted.Score([one]) < fitted.Threshold));
    }

    [Fact]
    public void Nothing_is_fitted_to_no_pictures() => Assert.Null(NoneOfThese.Fit(1, []));

    [Theory]
    [InlineData(0.4, 0.5, null, null)]
    [InlineData(0.5, 0.5, null, "cat")]
    [InlineData(0.4, null, null, "cat")]
    [InlineData(0.6, 0.5, 0.9, null)]
    [InlineData(null, 0.5, null, "cat")]
    public void The_worse_fit_is_no_answer(double? fit, double? least, double? threshold, string? answer)
    {
        var prediction = new PicturePrediction("a.png", [new ClassProbability("cat", 0, 0.8)])
        {
            Fit = fit,
            FitThreshold = least,
            Threshold = threshold,
        };

        Assert.Equal(answer, prediction.Answer);
    }
}
