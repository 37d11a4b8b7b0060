using PromptKD.Data.Decoding;

namespace PromptKD.Tests.Data.Decoding;

public sealed class FramingTests
{
    [Theory]
    [InlineData(65, 64, 65, 0)] // (65 − 64) / 2 = 0.5 rounds to 0,
    [InlineData(67, 64, 67, 2)] // 1.5 to 2,
    [InlineData(69, 64, 69, 2)] // 2.5 to 2
    [InlineData(230, 150, 98, 17)] // 64 · 230 / 150 = 98.13 is cut
    [InlineData(100, 101, 64, 0)] // 64 · 101 / 100 = 64.64 is cut
    public void Centre_cuts_the_long_side_and_rounds_offsets_half_to_even(
        int width,
        int height,
        long resizedWidth,
        long windowLeft)
    {
        Framing framing = Framing.Centre(width, height, size: 64);

        Assert.Equal((resizedWidth, windowLeft), (framing.ResizedWidth, framing.WindowLeft));
    }

    [Fact]
    public void Centre_treats_both_sides_alike()
    {
        Framing wide = Framing.Centre(67, 64, size: 64);
        Framing tall = Framing.Centre(64, 67, size: 64);

        Assert.Equal((64, 67, 0, 2), (tall.ResizedWidth, tall.ResizedHeight, tall.WindowLeft, tall.WindowTop));
        Assert.Equal((67, 64, 2, 0), (wide.ResizedWidth, wide.ResizedHeight, wide.WindowLeft, wide.WindowTop));
    }

    [Fact]
    public void A_view_is_resized_whole()
    {
        var framing = Framing.Of(new View(3, 5, 70, 20, Flip: true), size: 32);

        Assert.Equal(new Framing(3, 5, 70, 20, 32, 32, 0, 0, 32, Flip: true), framing);
    }

    [Fact]
    public void Follows_the_resize_mode_of_a_model()
    {
        var model = new Preprocessing { Size = 64 };

        Assert.Equal(Framing.Centre(100, 70, 64), Framing.Of(model, 100, 70));
        Assert.Equal(
            new Framing(0, 0, 100, 70, 64, 64, 0, 0, 64, Flip: false),
            Framing.Of(model with { ResizeMode = ResizeMode.Squash }, 100, 70));
    }
}
