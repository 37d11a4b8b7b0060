using PromptKD.Configuration;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

public sealed class LearningRateScheduleTests
{
    private static readonly OptimConfig s_cosine = new() { Lr = 0.005, LrScheduler = "cosine", MaxEpoch = 20 };

    [Fact]
    public void Cosine_falls_from_the_full_rate_to_zero()
    {
        var schedule = new LearningRateSchedule(s_cosine);

        Assert.Equal(0.005, schedule.Rate(0));
        Assert.Equal(0.0025, schedule.Rate(10), 1e-15);
        Assert.Equal(0, schedule.Rate(20), 1e-15);
    }

    [Fact]
    public void Cosine_starts_at_its_beginning_after_a_constant_warm_up()
    {
        var schedule = new LearningRateSchedule(s_cosine with { WarmupEpoch = 2, WarmupType = "constant" });

        Assert.Equal([1e-5, 1e-5, 0.005], Enumerable.Range(0, 3).Select(schedule.Rate));
        Assert.Equal(0.005 * (1 + Math.Cos(Math.PI * 18 / 20)) / 2, schedule.Rate(20), 1e-15);
    }

    [Fact]
    public void A_linear_warm_up_begins_at_its_minimum_and_rises_to_the_full_rate()
    {
        var schedule = new LearningRateSchedule(s_cosine with { Lr = 4, WarmupEpoch = 4, WarmupMinLr = 0.25 });

        Assert.Equal([0.25, 1, 2, 3, 4], Enumerable.Range(0, 5).Select(schedule.Rate));
    }

    [Fact]
    public void Single_step_falls_at_every_multiple_of_its_last_number()
    {
        OptimConfig optim = new() { Lr = 8, LrScheduler = "single_step", StepSize = [1, 3], Gamma = 0.5, MaxEpoch = 6 };

        Assert.Equal([8, 8, 8, 4, 4, 4, 2], Rates(optim));
        Assert.Equal([8, 8, 8, 8, 8, 8, 4], Rates(optim with { StepSize = [-1] }));
    }

    [Fact]
    public void Multi_step_falls_at_each_epoch_as_often_as_it_is_listed()
    {
        OptimConfig optim =
            new() { Lr = 8, LrScheduler = "multi_step", StepSize = [1, 3, 3], Gamma = 0.5, MaxEpoch = 4 };

        Assert.Equal([8, 4, 4, 1, 1], Rates(optim));
        Assert.Equal([4, 4, 4, 4, 4], Rates(optim with { StepSize = [0] }));
    }

    [Fact]
    public void Without_recount_the_schedule_has_run_during_the_warm_up()
    {
        OptimConfig optim = new()
        {
            Lr = 8,
            LrScheduler = "multi_step",
            StepSize = [1, 3],
            Gamma = 0.5,
            MaxEpoch = 4,
            WarmupEpoch = 2,
            WarmupType = "constant",
            WarmupConsLr = 1,
            WarmupRecount = false,
        };

        Assert.Equal([1, 1, 8, 4, 4], Rates(optim));
        Assert.Equal([1, 1, 8, 4, 4], Rates(optim with { WarmupRecount = true }));
        Assert.Equal([1, 1, 8, 8, 4], Rates(optim with { StepSize = [4] }));
        Assert.Equal([1, 1, 8, 8, 8], Rates(optim with { StepSize = [4], WarmupRecount = true }));
    }

    [Fact]
    public void A_warm_up_longer_than_the_training_is_all_there_is() =>
        Assert.Equal(
            [1e-5, 1e-5, 1e-5],
            Rates(s_cosine with { MaxEpoch = 2, WarmupEpoch = 9, WarmupType = "constant" }));

    [Theory]
    [InlineData("drop", "linear", "OPTIM.LR_SCHEDULER must be one of single_step, multi_step, cosine, not 'drop'.")]
    [InlineData("cosine", "slow", "OPTIM.WARMUP_TYPE must be one of constant, linear, not 'slow'.")]
    [InlineData("single_step", "linear", "OPTIM.STEPSIZE must hold a number of epochs, not an empty list.")]
    public void A_setting_without_meaning_is_refused(string scheduler, string warmup, string message)
    {
        OptimConfig optim = new() { LrScheduler = scheduler, WarmupType = warmup, WarmupEpoch = 1, StepSize = [] };

        var error = Assert.Throws<PromptKDException>(() => new LearningRateSchedule(optim));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void There_is_no_rate_before_the_first_epoch_or_after_the_end()
    {
        var schedule = new LearningRateSchedule(s_cosine);

        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.Rate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.Rate(21));
    }

    private static double[] Rates(OptimConfig optim)
    {
        var schedule = new LearningRateSchedule(optim);
        return [.. Enumerable.Range(0, optim.MaxEpoch + 1).Select(schedule.Rate)];
    }
}
