using CsCheck;
using PromptKD.Data.Decoding;
using PromptKD.Golden;
using PromptKD.Golden.Checks;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Data.Decoding;

public sealed class ViewGeneratorTests
{
    [Fact]
    public void Follows_torchvisions_rule_box_by_box()
    {
        using DisposeScope scope = NewDisposeScope();
        string golden = Path.Combine(ProjectFolder.Golden, "09-preprocess", "expected.safetensors");
        Tensor expected = SafetensorsFile.Read(golden)["rrc_boxes_statistics"]; // [boxes, 4]
        int[] boxes = [.. expected.to(ScalarType.Int32).data<int>()];
        using var torch = new TorchNumbers(seed: 1850); // so says case.json
        var views = new ViewGenerator(Seed: 0) { FlipProbability = 0 };

        foreach (int[] box in boxes.Chunk(4))
        {
            View view = views.Draw(500, 375, new WithoutFlip(torch));

            Assert.Equal(new View(box[1], box[0], box[3], box[2], Flip: false), view);
        }
    }

    [Fact]
    public void A_view_lies_inside_the_picture() =>
        Gen.Select(Gen.Int[1, 3000], Gen.Int[1, 3000], Gen.Long, Gen.Int[0, 1_000_000]).Sample(
            (width, height, seed, picture) =>
            {
                View view = new ViewGenerator(seed).Draw(picture, view: 3, width, height);
                return view.Width >= 1
                    && view.Height >= 1
                    && view.Left >= 0
                    && view.Top >= 0
                    && view.Left + view.Width <= width
                    && view.Top + view.Height <= height;
            });

    [Fact]
    public void A_view_depends_on_its_numbers_alone()
    {
        var views = new ViewGenerator(Seed: 7);
        View[] forwards = [.. Enumerable.Range(0, 50).Select(picture => views.Draw(picture, 2, 640, 480))];

        View[] backwards = [.. Enumerable.Range(0, 50).Reverse().Select(picture => views.Draw(picture, 2, 640, 480))];

        Assert.Equal(forwards, backwards.Reverse());
        Assert.Equal(50, forwards.Distinct().Count());
        Assert.NotEqual(forwards[0], views.Draw(0, 3, 640, 480));
        Assert.NotEqual(forwards[0], (views with { Seed = 8 }).Draw(0, 2, 640, 480));
    }

    [Fact]
    public void Half_of_the_views_are_mirrored()
    {
        var views = new ViewGenerator(Seed: 1);

        int mirrored = Enumerable.Range(0, 10_000).Count(picture => views.Draw(picture, 0, 100, 100).Flip);

        Assert.InRange(mirrored, 4750, 5250); // five standard deviations
    }

    [Theory]
    [InlineData(1000, 10, 493, 0, 13, 10)] // too wide: 10 · 4/3 = 13.3 wide, (1000 − 13) / 2 cut
    [InlineData(10, 1000, 0, 493, 10, 13)]
    [InlineData(100, 100, 0, 0, 100, 100)]
    public void Takes_the_middle_where_no_box_fits(
        int width,
        int height,
        int left,
        int top,
        int boxWidth,
        int boxHeight)
    {
        // Four times the area of the picture fits nowhere.
        var views = new ViewGenerator(Seed: 0) { MinArea = 4, MaxArea = 4, FlipProbability = 0 };

        Assert.Equal(new View(left, top, boxWidth, boxHeight, Flip: false), views.Draw(0, 0, width, height));
    }

    [Fact]
    public void Without_random_crops_a_view_is_the_whole_picture()
    {
        var views = new ViewGenerator(Seed: 0) { RandomCrop = false, FlipProbability = 1 };

        Assert.Equal(new View(0, 0, 30, 20, Flip: true), views.Draw(4, 5, 30, 20));
    }

    /// <summary>Torch's numbers for a box, without the one for the flip, which that stream does not hold.</summary>
    private sealed class WithoutFlip(IRandomNumbers numbers) : IRandomNumbers
    {
        public double Uniform(double from, double to) => (from, to) == (0, 1) ? 1 : numbers.Uniform(from, to);

        public double LogUniform(double from, double to) => numbers.LogUniform(from, to);

        public int Below(int end) => numbers.Below(end);
    }
}
