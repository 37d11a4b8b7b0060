using PromptKD.Models.Clip.Packed;

namespace PromptKD.Tests.Models.Clip.Packed;

public sealed class PackedLayoutTests : IDisposable
{
    // Two tokens in common. By hand: text 1 comes first (3 tokens), then texts 0 and 2 (5 tokens each).
    private readonly PackedLayout _layout = new([5, 3, 5], shared: 2, CPU);

    public void Dispose() => _layout.Dispose();

    [Fact]
    public void Texts_of_one_length_lie_together_shorter_ones_first()
    {
        Assert.Equal(
            [new PackedLayout.Group(Texts: 1, Tokens: 1), new PackedLayout.Group(Texts: 2, Tokens: 3)], _layout.Groups);
        Assert.Equal([2, 1, 6], _layout.RowsOfParts);
        Assert.Equal([1, 2], _layout.TextsOfParts);
    }

    [Fact]
    public void Rows_are_the_beginning_once_and_what_follows_it_in_each_text()
    {
        Assert.Equal([0, 1, 2, 2, 3, 4, 2, 3, 4], _layout.Positions.data<long>());

        // In texts padded to 6 tokens: token 2 of text 1, tokens 2 to 4 of texts 0 and 2.
        Assert.Equal([8, 2, 3, 4, 14, 15, 16], _layout.OwnRows(6));
    }

    [Fact]
    public void Says_where_each_text_ends_and_which_place_it_has()
    {
        Assert.Equal([2, 5, 8], _layout.LastRows.data<long>());
        Assert.Equal([1, 0, 2], _layout.Places.data<long>());
    }

    [Theory]
    [InlineData(0, 3)] // alike up to the third token
    [InlineData(3, 4)] // the fourth is learned, and so the same
    public void Finds_how_far_texts_begin_alike(long learned, int expected)
    {
        long[][] texts = [[38, 1, 2, 5, 9, 39, 0], [38, 1, 2, 6, 39, 0, 0]];

        using PackedLayout layout = PackedLayout.Of(texts, learned, CPU)!;

        Assert.Equal(expected, layout.Shared);
    }

    [Theory]
    [InlineData(0)] // other starts
    [InlineData(4)] // the end of the second is overwritten
    public void Finds_none_where_texts_cannot_share_their_beginning(long learned)
    {
        long[][] texts = learned == 0 ? [[37, 1, 39], [38, 1, 39]] : [[38, 1, 2, 5, 9, 39], [38, 1, 2, 6, 39, 0]];

        Assert.Null(PackedLayout.Of(texts, learned, CPU));
    }

    [Fact]
    public void Leaves_each_text_a_token_of_its_own()
    {
        using PackedLayout layout = PackedLayout.Of([[38, 1, 39, 0], [38, 1, 39, 0]], learned: 0, CPU)!;

        Assert.Equal(2, layout.Shared);
    }

    [Fact]
    public void Refuses_a_text_that_ends_within_the_beginning() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PackedLayout([5, 2], shared: 2, CPU));

    [Fact]
    public void Keeps_its_tensors_beyond_the_scope_it_is_made_in_and_frees_them_itself()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        PackedLayout layout;
        using (NewDisposeScope())
        {
            layout = new PackedLayout([4, 3], shared: 2, CPU);
        }

        Assert.Equal([2, 4], layout.LastRows.data<long>());
        layout.Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
