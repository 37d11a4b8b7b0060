using PromptKD.Data.Shards;

namespace PromptKD.Tests.Data.Shards;

public sealed class RowGroupCacheTests
{
    [Fact]
    public void Drops_the_row_group_that_was_not_used_for_longest()
    {
        var cache = new RowGroupCache(capacity: 20);
        var read = new List<int>();
        void Get(int group) => cache.Get("file", group, bytes: 10, () =>
        {
            read.Add(group);
            return [null];
        });

        Get(0);
        Get(1);
        Get(0);
        Get(2); // 1 has to go.
        Get(0);
        Get(1);

        Assert.Equal([0, 1, 2, 1], read);
    }

    [Fact]
    public void Keeps_one_row_group_however_large()
    {
        var cache = new RowGroupCache(capacity: 1);
        int reads = 0;

        for (int time = 0; time < 3; time++)
        {
            cache.Get("file", 0, bytes: 1000, () => [BitConverter.GetBytes(reads++)]);
        }

        Assert.Equal(1, reads);
    }

    [Fact]
    public void Tells_files_apart()
    {
        var cache = new RowGroupCache(capacity: 100);

        Assert.Single(cache.Get("one", 0, 1, () => [null]));
        Assert.Equal(2, cache.Get("two", 0, 1, () => [null, null]).Count);
    }
}
