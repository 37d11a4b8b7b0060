using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class CountedTests
{
    [Fact]
    public void Says_one_and_many() => Assert.Equal(
        ["0 epochs", "1 epoch", "20 epochs", "1 class", "1000000 classes"],
        [
            Counted.Of(0, "epoch"), Counted.Of(1, "epoch"), Counted.Of(20, "epoch"), Counted.Of(1, "class", "classes"),
            Counted.Of(1_000_000, "class", "classes"),
        ]);
}
