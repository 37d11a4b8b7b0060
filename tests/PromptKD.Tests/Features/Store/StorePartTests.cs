using PromptKD.Features.Store;

namespace PromptKD.Tests.Features.Store;

public sealed class StorePartTests
{
    [Theory]
    [InlineData("1/1", 0, 1)]
    [InlineData("2/4", 1, 4)]
    [InlineData("4/4", 3, 4)]
    public void Reads_a_part_counted_from_one(string text, int index, int count) =>
        Assert.Equal(new StorePart(index, count), StorePart.Parse(text));

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("1/0")]
    [InlineData("1")]
    [InlineData("a/b")]
    [InlineData("1/4/2")]
    public void Refuses_a_part_that_is_none(string text) =>
        Assert.Throws<PromptKDException>(() => StorePart.Parse(text));

    [Fact]
    public void Finds_its_place_in_a_Slurm_array_that_does_not_start_at_zero()
    {
        var environment = new Dictionary<string, string>
        {
            ["SLURM_ARRAY_TASK_ID"] = "7",
            ["SLURM_ARRAY_TASK_MIN"] = "5",
            ["SLURM_ARRAY_TASK_COUNT"] = "4",
        };

        Assert.Equal(new StorePart(2, 4), StorePart.FromEnvironment(environment.GetValueOrDefault));
    }

    [Fact]
    public void Finds_its_place_in_a_Kubernetes_Indexed_Job()
    {
        var environment = new Dictionary<string, string>
        {
            ["JOB_COMPLETION_INDEX"] = "0",
            ["JOB_COMPLETIONS"] = "3",
        };

        Assert.Equal(new StorePart(0, 3), StorePart.FromEnvironment(environment.GetValueOrDefault));
    }

    [Fact]
    public void Says_what_the_environment_lacks()
    {
        var environment = new Dictionary<string, string> { ["JOB_COMPLETION_INDEX"] = "0" };

        var error = Assert.Throws<PromptKDException>(() =>
            StorePart.FromEnvironment(environment.GetValueOrDefault));

        Assert.Contains("JOB_COMPLETIONS", error.Message, StringComparison.Ordinal);
    }
}
