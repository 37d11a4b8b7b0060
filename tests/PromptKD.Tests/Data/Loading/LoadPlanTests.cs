using PromptKD.Data.Loading;

namespace PromptKD.Tests.Data.Loading;

public sealed class LoadPlanTests
{
    [Theory]
    [InlineData(0, false, 0)]
    [InlineData(0, true, 0)]
    [InlineData(3, false, 1)]
    [InlineData(3, true, 1)] // no full batch: kept, as the reference keeps it
    [InlineData(4, true, 1)]
    [InlineData(7, false, 2)]
    [InlineData(7, true, 1)]
    [InlineData(8, true, 2)]
    public void Drops_the_last_batch_only_if_there_is_a_full_one(int pictures, bool dropLast, int expected)
    {
        var plan = new LoadPlan { Order = EpochOrder.Sequential(pictures), BatchSize = 4, DropLast = dropLast };

        Assert.Equal(expected, plan.BatchCount);
    }
}
