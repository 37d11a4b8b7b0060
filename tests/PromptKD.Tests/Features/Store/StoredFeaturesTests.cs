using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Features.Store;

public sealed class StoredFeaturesTests : IDisposable
{
    private const int Views = 3, Pictures = 5;

    // Half a unit in the last of float16's 11 bits, of the number; below 2^-14 numbers are multiples of 2^-24.
    private const double HalfUnit = 1.0 / 2048, SmallestHalfUnit = 1.0 / (1 << 25);

    // Rows of a batch of another size are summed in another order.
    private const double Rounding = 1e-6;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly ViewGenerator _views = new(Seed: 4);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gives_what_the_live_teacher_gives_rounded_to_float16(bool inMemory)
    {
        using DisposeScope scope = NewDisposeScope();
        using var live = new LiveFeatures(TinyClip.ImageEncoder(), prompts: null);
        PictureLoader loader = MakeLoader();
        using StoredFeatures stored = MakeStore(loader, live, inMemory);

        // Two epochs more than there are views, in another order and other batches than the store was made in.
        for (int epoch = 0; epoch < Views + 2; epoch++)
        {
            int view = epoch % Views;
            foreach (Batch batch in loader.Load(
                new LoadPlan { Order = [4, 0, 3, 1, 2], BatchSize = 3, Views = _views, View = view }, Stop))
            {
                using (batch)
                {
                    Tensor expected = live.Of(batch);
                    Tensor allowed = expected.abs().mul(HalfUnit).add(SmallestHalfUnit + Rounding);
                    Assert.True(stored.Of(batch).sub(expected).abs().le(allowed).all().item<bool>());
                }
            }
        }
    }

    [Theory]
    [InlineData(Views, 0)]
    [InlineData(Views + 1, 1)]
    [InlineData((3 * Views) + 2, 2)]
    public void Begins_again_with_the_first_view_when_all_were_seen(int view, int stored)
    {
        using DisposeScope scope = NewDisposeScope();
        using var live = new LiveFeatures(TinyClip.ImageEncoder(), prompts: null);
        PictureLoader loader = MakeLoader();
        using StoredFeatures store = MakeStore(loader, live);
        var plan = new LoadPlan { Order = [4, 0, 3], BatchSize = 3, Views = _views, View = stored };
        using Batch pictures = loader.Load(plan, Stop).Single();
        Tensor expected = live.Of(pictures);

        // No pixels: the store is asked for pictures by number.
        using var batch = new Batch(empty(0), labels: null, [4, 0, 3]) { View = view };
        Tensor actual = store.Of(batch);

        Tensor allowed = expected.abs().mul(HalfUnit).add(SmallestHalfUnit + Rounding);
        Assert.True(actual.sub(expected).abs().le(allowed).all().item<bool>());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private PictureLoader MakeLoader()
    {
        PictureItem[] items = [.. Enumerable.Range(0, Pictures).Select(MakePicture)];
        return new PictureLoader(items, new Preprocessing { Size = TinyClip.Architecture.ImageSize });
    }

    private PictureItem MakePicture(int number)
    {
        string path = Path.Combine(_folder, $"{number}.png");
        File.WriteAllBytes(path, TestPictures.Gradient(30 + (5 * number), 20));
        return new PictureItem(path);
    }

    private StoredFeatures MakeStore(PictureLoader loader, LiveFeatures teacher, bool inMemory = true)
    {
        var store = TeacherStore.OpenOrBegin(Path.Combine(_folder, "store"), new StoreIndex
        {
            Teacher = "tiny",
            TeacherPrompts = "none",
            RoundPromptsToHalf = false,
            Pictures = "gradients",
            PictureCount = Pictures,
            Preprocessing = new Preprocessing { Size = TinyClip.Architecture.ImageSize },
            FastJpeg = false,
            Views = _views,
            ViewCount = Views,
            Precision = "fp32",
            EmbeddingSize = TinyClip.Architecture.EmbeddingSize,
            PicturesPerShard = 2,
            BatchSize = 2,
        });
        new StoreMaking(loader, [new StoreToMake(store, store.ShardsToMake(StorePart.Whole), teacher)]).Run(Stop);
        using StoredFeatures whole = store.ReadTeacher(CPU);
        return new StoredFeatures(store.Folder, store.Index, CPU) { MostInMemory = inMemory ? long.MaxValue : 0 };
    }
}
