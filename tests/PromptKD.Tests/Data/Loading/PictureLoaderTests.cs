using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Loading;

public sealed class PictureLoaderTests : IDisposable
{
    private static readonly Preprocessing s_plain = new()
    {
        Size = 8,
        Mean = new Rgb(0, 0, 0),
        Std = new Rgb(1 / 255f, 1 / 255f, 1 / 255f),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Gives_normalised_pictures_in_the_order_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        var loader = new PictureLoader(GreyPictures(3), new Preprocessing { Size = 8 });

        using Batch batch = Load(loader, new LoadPlan { Order = [2, 0], BatchSize = 2 }).Single();

        // Levels are 20 and 0; CLIP's means and deviations are written out.
        float[] mean = [0.48145466f, 0.4578275f, 0.40821073f];
        float[] std = [0.26862954f, 0.26130258f, 0.27577711f];
        Assert.Equal([2, 3, 8, 8], batch.Images.shape);
        Assert.Equal([2, 0], batch.Items);
        for (int channel = 0; channel < 3; channel++)
        {
            Assert.Equal(((20 / 255f) - mean[channel]) / std[channel], batch.Images[0, channel, 5, 5].item<float>(), 6);
            Assert.Equal((0 - mean[channel]) / std[channel], batch.Images[1, channel, 0, 7].item<float>(), 6);
        }
    }

    [Fact]
    public void Mirrors_views_left_to_right()
    {
        using DisposeScope scope = NewDisposeScope();
        PictureItem[] items = [Save("a.png", TestPictures.Png(8, 8, (x, y) => new((byte)x, (byte)y, 9)))];
        var plan = new LoadPlan
        {
            Order = [0],
            BatchSize = 1,
            Views = new ViewGenerator(Seed: 0) { RandomCrop = false, FlipProbability = 1 },
        };

        using Batch batch = Load(new PictureLoader(items, s_plain), plan).Single();

        Assert.Equal([7f, 6, 5, 4, 3, 2, 1, 0], batch.Images[0, 0, 3].data<float>(), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(3f, batch.Images[0, 1, 3, 0].item<float>(), 1e-4f);
        Assert.Equal(0, batch.View);
    }

    [Fact]
    public void Is_the_same_whatever_the_number_of_workers()
    {
        PictureItem[] items = Gradients(23);
        LoadPlan plan = TrainingPlan(items.Length);

        List<Row> one = LoadAll(new PictureLoader(items, s_plain, new() { Workers = 1, Prefetch = 0 }), plan);
        List<Row> four = LoadAll(new PictureLoader(items, s_plain, new() { Workers = 4, Prefetch = 3 }), plan);

        AssertSame(one, four);
    }

    [Fact]
    public void Resumes_where_an_uninterrupted_epoch_would_be()
    {
        PictureItem[] items = Gradients(23);
        LoadPlan plan = TrainingPlan(items.Length);
        List<Row> whole = LoadAll(new PictureLoader(items, s_plain), plan);

        // Pictures before the third batch are gone: resuming must not open them.
        foreach (int item in plan.Order.Take(8))
        {
            File.Delete(items[item].Path);
        }

        List<Row> rest = LoadAll(
            new PictureLoader(items, s_plain, new() { Strict = true }), plan with { FirstBatch = 2 });

        AssertSame([.. whole.Where(row => row.Batch >= 2)], rest);
    }

    [Fact]
    public void Draws_another_view_where_another_is_asked_for()
    {
        PictureItem[] items = Gradients(1);
        LoadPlan plan = TrainingPlan(1);
        var loader = new PictureLoader(items, s_plain);

        Row first = LoadAll(loader, plan).Single();
        Row second = LoadAll(loader, plan with { View = 1 }).Single();

        Assert.NotEqual(first.Pixels, second.Pixels);
    }

    [Fact]
    public void Skips_unreadable_pictures_and_names_each_once()
    {
        PictureItem[] items = GreyPictures(7);
        byte[] file = File.ReadAllBytes(items[1].Path);
        File.WriteAllBytes(items[1].Path, file[..(file.Length / 2)]);
        File.Delete(items[3].Path);
        File.WriteAllBytes(items[6].Path, TestPictures.Grey(1, width: 40, height: 40));
        var loader = new PictureLoader(items, s_plain, new() { MaxPixels = 100 });
        var plan = new LoadPlan { Order = EpochOrder.Sequential(7), BatchSize = 3 };

        List<Row> rows = LoadAll(loader, plan);
        LoadAll(loader, plan);

        // Item i is all of level 10 i; the third batch held only the oversized picture.
        Assert.Equal([(0, 0), (0, 2), (1, 4), (1, 5)], rows.Select(row => (row.Batch, row.Item)));
        Assert.All(rows, row => Assert.All(row.Pixels, level => Assert.Equal(10f * row.Item, level, 1e-3f)));
        Assert.Equal([items[1].Path, items[3].Path, items[6].Path], loader.Skipped.Select(picture => picture.Path));
        Assert.Equal("no such file", loader.Skipped[1].Reason);
        Assert.Equal("40×40 pixels are more than the limit of 100", loader.Skipped[2].Reason);
    }

    [Fact]
    public void Refuses_an_unreadable_picture_when_strict()
    {
        PictureItem[] items = GreyPictures(5);
        File.Delete(items[3].Path);
        var loader = new PictureLoader(items, s_plain, new() { Strict = true });

        var error = Assert.Throws<PromptKDException>(
            () => LoadAll(loader, new LoadPlan { Order = EpochOrder.Sequential(5), BatchSize = 2 }));

        Assert.Equal($"{items[3].Path}: no such file. Repair or remove the file.", error.Message);
    }

    [Fact]
    public void Says_so_where_no_picture_can_be_read()
    {
        PictureItem[] items = [new(Path.Combine(_folder, "a.png")), new(Path.Combine(_folder, "b.png"))];
        var loader = new PictureLoader(items, s_plain);

        var error = Assert.Throws<PromptKDException>(
            () => LoadAll(loader, new LoadPlan { Order = [0, 1], BatchSize = 1 }));

        Assert.Equal(
            $"None of 2 pictures could be read: {items[0].Path}: no such file; {items[1].Path}: no such file.",
            error.Message);
    }

    [Fact]
    public void Labels_follow_the_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        PictureItem[] items = [.. GreyPictures(4).Select((item, index) => item with { Label = 10 + index })];
        File.Delete(items[2].Path);
        var plan = new LoadPlan { Order = [3, 2, 0], BatchSize = 3 };

        using Batch batch = Load(new PictureLoader(items, s_plain), plan).Single();

        Assert.Equal(ScalarType.Int64, batch.Labels!.dtype);
        Assert.Equal([13, 10], batch.Labels.data<long>());
    }

    [Fact]
    public void Has_no_labels_where_a_picture_has_none()
    {
        PictureItem[] items = GreyPictures(2);
        items[0] = items[0] with { Label = 1 };
        var plan = new LoadPlan { Order = [0], BatchSize = 1 };

        using Batch batch = Load(new PictureLoader(items, s_plain), plan).Single();

        Assert.Null(batch.Labels);
    }

    [Fact]
    public void Leaves_no_tensor_behind_when_read_to_the_end_or_left_early()
    {
        using DisposeScope scope = NewDisposeScope();
        PictureItem[] items = [.. GreyPictures(12).Select(item => item with { Label = 0 })];
        File.Delete(items[4].Path);
        var loader = new PictureLoader(items, s_plain, new() { Workers = 3, Prefetch = 2 });
        var plan = new LoadPlan { Order = EpochOrder.Sequential(12), BatchSize = 2 };
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        foreach (Batch batch in Load(loader, plan))
        {
            batch.Dispose();
        }

        foreach (Batch batch in Load(loader, plan).Take(1))
        {
            batch.Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Batches_outlive_the_scope_in_which_they_were_asked_for()
    {
        var loader = new PictureLoader(GreyPictures(4), s_plain);
        var plan = new LoadPlan { Order = [0, 1, 2, 3], BatchSize = 2 };
        using IEnumerator<Batch> batches = Load(loader, plan).GetEnumerator();

        // The second batch is being filled while the first one's step closes its scope.
        using (NewDisposeScope())
        {
            Assert.True(batches.MoveNext());
            batches.Current.Dispose();
        }

        Assert.True(batches.MoveNext());
        Assert.Equal(20, batches.Current.Images[0, 0, 0, 0].item<float>(), 1e-3f);
        batches.Current.Dispose();
    }

    [Fact]
    public void Stops_when_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var loader = new PictureLoader(GreyPictures(6), s_plain);
        using IEnumerator<Batch> batches = loader
            .Load(new LoadPlan { Order = EpochOrder.Sequential(6), BatchSize = 1 }, cancellation.Token).GetEnumerator();
        Assert.True(batches.MoveNext());
        batches.Current.Dispose();

        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => batches.MoveNext());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, -1)]
    public void Refuses_a_plan_out_of_range_at_once(int batchSize, int firstBatch)
    {
        var loader = new PictureLoader(GreyPictures(2), s_plain);

        Assert.Throws<ArgumentOutOfRangeException>(
            () => Load(loader, new LoadPlan { Order = [0], BatchSize = batchSize, FirstBatch = firstBatch }));
        Assert.Throws<ArgumentException>(() => Load(loader, new LoadPlan { Order = [2], BatchSize = 1 }));
    }

    private static LoadPlan TrainingPlan(int count) => new()
    {
        Order = EpochOrder.Shuffled(count, seed: 1, epoch: 2),
        BatchSize = 4,
        Views = new ViewGenerator(Seed: 5),
    };

    private static IEnumerable<Batch> Load(PictureLoader loader, LoadPlan plan) =>
        loader.Load(plan, TestContext.Current.CancellationToken);

    private static List<Row> LoadAll(PictureLoader loader, LoadPlan plan)
    {
        var rows = new List<Row>();
        foreach (Batch batch in Load(loader, plan))
        {
            using (batch)
            using (NewDisposeScope())
            {
                rows.AddRange(batch.Items.Select((item, row) =>
                    new Row(batch.Number, item, batch.Images[row].contiguous().data<float>().ToArray())));
            }
        }

        return rows;
    }

    private static void AssertSame(List<Row> expected, List<Row> actual)
    {
        Assert.Equal(expected.Select(row => (row.Batch, row.Item)), actual.Select(row => (row.Batch, row.Item)));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Pixels, pair.Second.Pixels));
    }

    private PictureItem[] GreyPictures(int count) =>
        [.. Enumerable.Range(0, count).Select(index => Save($"{index}.png", TestPictures.Grey((byte)(10 * index))))];

    private PictureItem[] Gradients(int count) =>
        [.. Enumerable.Range(0, count).Select(index => Save($"{index}.png", TestPictures.Gradient(30 + index, 20)))];

    private PictureItem Save(string name, byte[] file)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, file);
        return new PictureItem(path);
    }

    private sealed record Row(int Batch, int Item, float[] Pixels);
}
