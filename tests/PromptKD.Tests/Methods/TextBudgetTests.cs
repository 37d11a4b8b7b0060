using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Tests.Methods;

public sealed class TextBudgetTests
{
    private const long Gibibyte = 1L << 30;
    private const long Mebibyte = 1L << 20;

    [Theory]
    [InlineData(0, 10, 2, 4096)] // nothing asked: 0.8 of the 10 GiB that are free, 2 MiB a sentence
    [InlineData(7, 10, 2, 2048)] // 7 asked, 2 taken: 0.8 of 5
    [InlineData(20, 10, 2, 4096)] // more asked than there is
    public void Takes_four_fifths_of_the_room_that_is_left(double asked, long free, long used, int expected)
    {
        var budget = new TextBudget(Gibibytes: asked);

        int chosen = budget.Choose(new DeviceMemory(free * Gibibyte, used * Gibibyte), 2 * Mebibyte);

        Assert.Equal(expected, chosen);
    }

    [Fact]
    public void Goes_on_with_a_few_sentences_where_there_is_no_room()
    {
        var budget = new TextBudget(Gibibytes: 1);

        int chosen = budget.Choose(new DeviceMemory(10 * Gibibyte, 2 * Gibibyte), Mebibyte);

        Assert.Equal(TextBudget.SmallestChoice, chosen);
    }

    [Fact]
    public void Never_asks_for_more_sentences_than_can_be_counted() =>
        Assert.Equal(int.MaxValue, new TextBudget().Choose(new DeviceMemory(long.MaxValue, 0), 1));
}
