using PromptKD.Data.Datasets;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>
/// The first two orders are those that NumPy's users know by heart (numpy.random.seed(0) and seed(42),
/// permutation(10)); the others are those of the same algorithm in Python, on the words of CPython's own Mersenne
/// Twister.
/// </summary>
public sealed class NumpyRandomTests
{
    [Theory]
    [InlineData(0, "2 8 4 9 1 6 7 3 0 5")]
    [InlineData(42, "8 1 5 0 7 2 9 4 3 6")]
    public void Permutations_are_those_of_NumPy(int seed, string expected) =>
        Assert.Equal(expected, string.Join(' ', new NumpyRandom(seed).Permutation(10)));

    [Fact]
    public void Draws_go_on_with_the_same_words()
    {
        var random = new NumpyRandom(2);
        string[] names = ["a", "b", "c", "d"];

        Assert.Equal(
            ["c d b", "a b d", "d b c", "a c b"],
            Enumerable.Range(0, 4).Select(_ => string.Join(' ', random.Choice(names, 3))));
        Assert.Equal("0 1", string.Join(' ', random.Permutation(2)));
    }

    [Fact]
    public void More_than_there_are_cannot_be_drawn() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NumpyRandom(1).Choice([1, 2], 3));
}
