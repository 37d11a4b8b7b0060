using CsCheck;
using PromptKD.Data.Loading;

namespace PromptKD.Tests.Data.Loading;

public sealed class EpochOrderTests
{
    [Fact]
    public void Visits_every_picture_once() =>
        Gen.Select(Gen.Int[0, 300], Gen.Long, Gen.Int[0, 1000]).Sample((count, seed, epoch) =>
            EpochOrder.Shuffled(count, seed, epoch).Order().SequenceEqual(Enumerable.Range(0, count)));

    [Fact]
    public void Depends_on_seed_and_epoch_alone()
    {
        IReadOnlyList<int> order = EpochOrder.Shuffled(100, seed: 3, epoch: 4);

        Assert.Equal(order, EpochOrder.Shuffled(100, seed: 3, epoch: 4));
        Assert.NotEqual(order, EpochOrder.Shuffled(100, seed: 3, epoch: 5));
        Assert.NotEqual(order, EpochOrder.Shuffled(100, seed: 4, epoch: 4));
    }

    [Fact]
    public void Gives_all_orders_of_three_equally_often()
    {
        var counts = Enumerable.Range(0, 6000)
            .CountBy(epoch => string.Join(' ', EpochOrder.Shuffled(3, seed: 0, epoch)))
            .ToDictionary();

        // 1,000 each, with a standard deviation of sqrt(6,000 · 5/36) = 29.
        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 1000 - 145, 1000 + 145));
    }

    [Fact]
    public void Mixes_a_group_among_itself_before_the_next() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 350], Gen.Long).Sample((count, group, seed) =>
            EpochOrder.Grouped(count, group, seed, epoch: 0).Chunk(group).Index().All(part =>
                part.Item.Order().SequenceEqual(Enumerable.Range(part.Index * group, part.Item.Length))));

    [Fact]
    public void One_group_of_all_is_the_order_of_all() =>
        Assert.Equal(EpochOrder.Shuffled(100, seed: 3, epoch: 4), EpochOrder.Grouped(100, 100, seed: 3, epoch: 4));

    [Fact]
    public void Sequential_is_first_to_last() => Assert.Equal([0, 1, 2, 3], EpochOrder.Sequential(4));
}
