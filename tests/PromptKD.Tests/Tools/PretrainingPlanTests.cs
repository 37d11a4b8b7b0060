using PretrainDemo;

namespace PromptKD.Tests.Tools;

public sealed class PretrainingPlanTests
{
    private readonly PretrainingPlan _plan = new()
    {
        Name = "student",
        Architecture = DemoModel.StudentArchitecture,
        Steps = 250,
        Seed = 1,
    };

    [Theory]
    [InlineData(0, 0.00002)]    // the first of 50 steps of warm-up to 0.001
    [InlineData(24, 0.0005)]
    [InlineData(49, 0.001)]
    [InlineData(50, 0.001)]     // the cosine's top
    [InlineData(150, 0.0005)]   // half-way through the other 200 steps
    [InlineData(249, 0.00000006168)] // (1 - cos(π / 200)) / 2 of 0.001
    public void The_rate_grows_for_50_steps_and_falls_as_a_cosine(int step, double expected) =>
        Assert.Equal(expected, _plan.LearningRateAt(step), tolerance: 1e-10);

    [Theory]
    [InlineData(0, 14.285714)]  // 1 / 0.07
    [InlineData(25, 37.796447)] // a quarter of the steps: times the root of 7
    [InlineData(50, 100)]
    [InlineData(99, 100)]
    public void The_scale_grows_by_equal_factors_to_half_of_the_steps(int step, double expected) =>
        Assert.Equal(expected, (_plan with { Steps = 100, Scale = 100 }).ScaleAt(step)!.Value, tolerance: 1e-6);
}
