using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Loading;

/// <summary>One loader that prepares each picture for several models.</summary>
public sealed class SeveralPreparationsTests
{
    // Pixels are levels, 0 to 255.
    private static readonly Preprocessing s_levels = new()
    {
        Size = 8,
        Mean = new Rgb(0, 0, 0),
        Std = new Rgb(1 / 255f, 1 / 255f, 1 / 255f),
    };

    private static readonly Preprocessing[] s_models =
    [
        s_levels,
        s_levels with { Size = 12, Interpolation = Interpolation.Bilinear, ResizeMode = ResizeMode.Squash },
        s_levels with { Mean = new Rgb(0.5f, 0.25f, 0), Std = new Rgb(0.5f, 1, 2) },
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gives_each_model_what_a_loader_of_its_own_would(bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        PictureItem[] items = [.. Enumerable.Range(0, 5).Select(number =>
            Item($"{number}", new CountedBytes(TestPictures.Gradient(30 + (7 * number), 20))))];
        var plan = new LoadPlan
        {
            Order = [3, 1, 4, 0, 2],
            BatchSize = 5,
            View = 2,
            Views = training ? new ViewGenerator(Seed: 3) : null,
        };

        using Batch together = Load(new PictureLoader(items, s_models), plan);

        Assert.Same(together.Images, together.Pixels(s_models[0]));
        foreach (Preprocessing model in s_models)
        {
            using Batch alone = Load(new PictureLoader(items, model), plan);
            Assert.Equal([5, 3, model.Size, model.Size], together.Pixels(model).shape);
            Assert.True(together.Pixels(model).equal(alone.Images).all().item<bool>());
        }
    }

    [Fact]
    public void Squashes_whole_pictures_and_cuts_the_others()
    {
        using DisposeScope scope = NewDisposeScope();
        Preprocessing cut = s_levels with { Interpolation = Interpolation.Bilinear };
        Preprocessing squash = cut with { ResizeMode = ResizeMode.Squash };

        // Four upright bars, 8 pixels wide, of red 0, 80, 160 and 240.
        PictureItem[] items =
        [
            Item("bars", new CountedBytes(TestPictures.Png(32, 16, (x, _) => new((byte)(80 * (x / 8)), 0, 0)))),
        ];

        using Batch batch = Load(
            new PictureLoader(items, [cut, squash]), new LoadPlan { Order = [0], BatchSize = 1 });

        // The middle holds the two middle bars, four columns each; squashed, all four bars are two columns wide. The
        // triangle of a column that is named here reaches no other bar.
        Assert.Equal([80f, 80f, 160f, 160f], Columns(batch.Pixels(cut), 1, 2, 5, 6));
        Assert.Equal([0f, 240f], Columns(batch.Pixels(squash), 0, 7));
    }

    [Fact]
    public void Decodes_each_picture_once_and_prepares_equal_models_once()
    {
        var bytes = new CountedBytes(TestPictures.Gradient(30, 20));
        Preprocessing[] models = [s_models[0], s_models[1], s_levels with { }, s_models[2]];

        using Batch batch = Load(
            new PictureLoader([Item("one", bytes)], models), new LoadPlan { Order = [0], BatchSize = 1 });

        Assert.Equal(1, bytes.Uses);
        Assert.Same(batch.Pixels(models[0]), batch.Pixels(models[2]));
    }

    [Fact]
    public void Reduced_jpeg_files_stay_twice_as_large_as_the_largest_picture_wanted()
    {
        using DisposeScope scope = NewDisposeScope();
        PictureItem[] items =
        [
            new(Path.Combine(PromptKD.Golden.ProjectFolder.Golden, "09-preprocess", "images", "large_downscale.jpg")),
        ];
        Preprocessing small = s_levels with { Size = 32 }, large = s_levels with { Size = 400 };
        var options = new PictureLoaderOptions { ReducedJpegScale = true };
        var plan = new LoadPlan { Order = [0], BatchSize = 1 };

        using Batch exact = Load(new PictureLoader(items, [small, large]), plan);
        using Batch reduced = Load(new PictureLoader(items, [small, large], options), plan);
        using Batch alone = Load(new PictureLoader(items, small, options), plan);

        // No half of the picture is twice 400 pixels wide: nothing is reduced, not for the small one either.
        Assert.True(reduced.Pixels(small).equal(exact.Pixels(small)).all().item<bool>());
        Assert.True(reduced.Pixels(large).equal(exact.Pixels(large)).all().item<bool>());
        Assert.False(alone.Images.equal(exact.Pixels(small)).all().item<bool>());
    }

    [Fact]
    public void Leaves_out_an_unreadable_picture_for_every_model_and_frees_all()
    {
        using DisposeScope scope = NewDisposeScope();
        PictureItem[] items =
        [
            Item("whole", new CountedBytes(TestPictures.Grey(40))),
            Item("broken", new CountedBytes([1, 2, 3])),
            Item("too", new CountedBytes(TestPictures.Grey(90))),
        ];
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Batch batch = Load(
            new PictureLoader(items, s_models[..2]), new LoadPlan { Order = [0, 1, 2], BatchSize = 3 });

        Assert.Equal([0, 2], batch.Items);
        Assert.Equal(90f, batch.Images[1, 0, 0, 0].item<float>(), 1e-3f);
        Assert.Equal([2, 3, 12, 12], batch.Pixels(s_models[1]).shape);
        scope.DisposeEverything();
        batch.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Refuses_no_model_a_model_without_size_and_a_batch_above_2_gibibytes()
    {
        PictureItem[] items = [Item("one", new CountedBytes([]))];
        var loader = new PictureLoader(items, [s_levels, s_levels with { Size = 20_000 }]);

        var error = Assert.Throws<PromptKDException>(
            () => loader.Load(new LoadPlan { Order = [0], BatchSize = 1 }, TestContext.Current.CancellationToken));

        Assert.Contains(
            "A batch of 1 picture of 20000 × 20000 pixels takes more than 2 GiB.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new PictureLoader(items, []));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new PictureLoader(items, [s_levels, s_levels with { Size = 0 }]));
    }

    private static float[] Columns(Tensor images, params int[] columns) =>
        [.. columns.Select(column => MathF.Round(images[0, 0, 4, column].item<float>()))];

    private static Batch Load(PictureLoader loader, LoadPlan plan) =>
        loader.Load(plan, TestContext.Current.CancellationToken).Single();

    private static PictureItem Item(string path, IPictureBytes bytes) => new(path) { Bytes = bytes };

    /// <summary>A file in memory that counts how often it is opened.</summary>
    private sealed class CountedBytes(byte[] file) : IPictureBytes
    {
        public int Uses { get; private set; }

        public string Path => "memory";

        public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use)
        {
            Uses++;
            return use(file);
        }
    }
}
