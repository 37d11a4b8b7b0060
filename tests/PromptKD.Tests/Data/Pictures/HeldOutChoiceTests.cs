using System.Security.Cryptography;
using System.Text;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Pictures;

/// <summary>Which pictures are held out: by seed and content, whatever else there is.</summary>
public sealed class HeldOutChoiceTests
{
    [Fact]
    public void Is_what_the_hash_of_seed_and_content_says()
    {
        // Python: int.from_bytes(sha256(f"held out\n7\n{digest}".encode()).digest()[:8], "big") / 2**64 < 0.1
        Assert.Equal(
            [15, 26, 43, 44, 50, 89, 98, 99, 103, 121, 125, 131, 171, 174, 181, 194, 198],
            HeldOutChoice.Of(Lines(200), 0.1, seed: 7));
    }

    [Fact]
    public void Does_not_look_at_names_or_at_other_pictures()
    {
        string[] lines = Lines(400);
        string[] chosen = [.. HeldOutChoice.Of(lines, 0.1, seed: 7).Select(place => ContentOf(lines[place]))];

        string[] fewer = [.. lines[150..].Reverse().Select(line => $"renamed/{line}")];
        IEnumerable<string> again = HeldOutChoice.Of(fewer, 0.1, seed: 7).Select(place => ContentOf(fewer[place]));

        Assert.Equal(chosen.Intersect(fewer.Select(ContentOf)).Order(), again.Order());
    }

    [Fact]
    public void Is_another_with_another_seed() => Assert.NotEqual(
        HeldOutChoice.Of(Lines(400), 0.1, seed: 1), HeldOutChoice.Of(Lines(400), 0.1, seed: 2));

    [Theory]
    [InlineData(400, 0)]
    [InlineData(199, 0.1)]
    [InlineData(39, 0.5)]
    public void Is_nobody_where_it_would_be_fewer_than_twenty(int pictures, double share) =>
        Assert.Empty(HeldOutChoice.Of(Lines(pictures), share, seed: 1));

    [Fact]
    public void Is_ten_thousand_of_very_many()
    {
        int chosen = HeldOutChoice.Of(Lines(200_000), 0.5, seed: 1).Count();

        // Five standard deviations of a binomial.
        Assert.InRange(chosen, 9_500, 10_500);
    }

    private static string ContentOf(string line) => line.Split('\t')[^1];

    private static string[] Lines(int count) =>
    [
        .. Enumerable.Range(0, count).Select(number =>
            $"{number}.png\t1\t{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{number}")))}"),
    ];
}
