using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Golden;

namespace PromptKD.Tests.Data.Loading;

public sealed class ReducedJpegTests
{
    [Fact]
    public void Are_read_nearly_as_well()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor exact = Load(reduced: false), reduced = Load(reduced: true);

        // Levels of 0 to 255.
        Tensor difference = (exact - reduced).abs();
        Assert.NotEqual(0, difference.max().item<float>());
        Assert.InRange(difference.mean().item<float>(), 0, 1);
    }

    private static Tensor Load(bool reduced)
    {
        string picture = Path.Combine(ProjectFolder.Golden, "09-preprocess", "images", "large_downscale.jpg");
        var preprocessing = new Preprocessing
        {
            Size = 64,
            Mean = new Rgb(0, 0, 0),
            Std = new Rgb(1 / 255f, 1 / 255f, 1 / 255f),
        };
        var loader = new PictureLoader([new PictureItem(picture)], preprocessing, new() { ReducedJpegScale = reduced });
        var plan = new LoadPlan { Order = [0], BatchSize = 1 };
        using Batch batch = loader.Load(plan, TestContext.Current.CancellationToken).Single();
        return batch.Images.clone();
    }
}
