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
}
