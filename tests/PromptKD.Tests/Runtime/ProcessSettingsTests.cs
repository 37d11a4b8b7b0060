using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runtime;

/// <summary>A host finds its process as it left it.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ProcessSettingsTests
{
    [Fact]
    public void Threads_and_random_numbers_are_put_back() => ArePutBack(() =>
    {
        using ProcessSettings kept = ProcessSettings.Keep();
        set_num_threads(1);
        manual_seed(99);
        rand(3).Dispose();
    });

    [Fact]
    public void A_run_puts_them_back()
    {
        using var runs = new DistillingRuns();

        ArePutBack(() => DistillingRuns.Distil(runs.Config()));
    }

    [Fact]
    public void A_run_that_fails_puts_them_back()
    {
        using var runs = new DistillingRuns();

        ArePutBack(() => Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(runs.Config(options: ["DISTILL.TEACHER", runs.Picture(0)]))));
    }

    private static void ArePutBack(Action work)
    {
        int before = get_num_threads();
        try
        {
            set_num_threads(3);
            manual_seed(7);
            float[] expected = Draw();
            manual_seed(7);

            work();

            Assert.Equal(3, get_num_threads());
            Assert.Equal(expected, Draw());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static float[] Draw()
    {
        using Tensor drawn = rand(4);
        return drawn.data<float>().ToArray();
    }
}
