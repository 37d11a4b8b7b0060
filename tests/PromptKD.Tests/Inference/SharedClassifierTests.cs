using System.Runtime.CompilerServices;
using PromptKD.Inference;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Inference;

/// <summary>What all classifiers do alike, whatever computes them.</summary>
public sealed class SharedClassifierTests
{
    private static readonly ClassifierOptions s_options = new() { MaxPixels = 100, MaxBytes = 10_000, BatchSize = 4 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> BadFiles => new()
    {
        { "the file is empty", [] },
        { "not a JPEG, PNG", "nothing like a picture"u8.ToArray() },
        { "11×10 pixels are more than the limit of 100", TestPictures.Grey(1, 11, 10) },
        { "has more bytes than the limit of 10000", new byte[10_001] },
        { "", TestPictures.Gradient(10, 10)[..80] },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_bad_picture_is_named_as_one_and_the_next_is_answered(string reason, byte[] file)
    {
        using SharedClassifier shared = Open(new SeenPictures());

        foreach (Func<Task> ask in (Func<Task>[])
        [
            () => Task.FromResult(shared.Of(PictureInput.FromStream(new MemoryStream(file)), Stop)),
            () => shared.OfAsync(PictureInput.FromStream(new MemoryStream(file)), Stop),
            () => Task.FromResult(shared.Of(PictureInput.FromBytes(file), Stop)),
            () => shared.OfAsync(PictureInput.FromBytes(file), Stop),
        ])
        {
            PromptKDException error = await Assert.ThrowsAsync<PromptKDException>(ask);
            Assert.StartsWith("The picture: ", error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.Equal(PromptKDError.BadPicture, error.Code);
        }

        Assert.Equal(200 / 255f, shared.Of(Grey(200), Stop).Probabilities[0]);
    }

    [Fact]
    public void The_bytes_of_a_file_are_limited_too()
    {
        using SharedClassifier shared = Open(new SeenPictures());
        using var file = new TemporaryPicture(new byte[10_001]);

        var error = Assert.Throws<PromptKDException>(() => shared.Of(PictureInput.FromFile(file.Path), Stop));

        Assert.Equal($"{file.Path}: has more bytes than the limit of 10000.", error.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_apart_from_a_bad_picture()
    {
        using SharedClassifier shared = Open(new SeenPictures());

        var error = Assert.Throws<PromptKDException>(() => shared.Of(PictureInput.FromFile("nowhere.png"), Stop));

        Assert.Equal(PromptKDError.MissingFile, error.Code);
    }

    [Fact]
    public void Decoded_pixels_are_limited_too()
    {
        using SharedClassifier shared = Open(new SeenPictures());

        var error = Assert.Throws<PromptKDException>(
            () => shared.Of(PictureInput.FromPixels(new byte[303], 101, 1), Stop));

        Assert.Equal(PromptKDError.BadPicture, error.Code);
    }

    [Fact]
    public void A_bad_one_of_a_list_is_named_by_its_place()
    {
        using SharedClassifier shared = Open(new SeenPictures());

        var error = Assert.Throws<PromptKDException>(
            () => shared.OfAll([Grey(1), Grey(2), PictureInput.FromBytes(default)], Stop));

        Assert.Equal("Picture 2 of the list, counted from 0: The picture: the file is empty.", error.Message);
        Assert.Equal(PromptKDError.BadPicture, error.Code);
    }

    [Fact]
    public void A_list_is_computed_in_batches_and_answered_in_order()
    {
        var model = new SeenPictures();
        using SharedClassifier shared = Open(model);

        PictureOutput[] outputs = shared.OfAll([.. Enumerable.Range(0, 10).Select(level => Grey((byte)level))], Stop);

        Assert.Equal([4, 4, 2], model.Batches);
        Assert.Equal(
            Enumerable.Range(0, 10).Select(level => level / 255f), outputs.Select(one => one.Probabilities[0]));
    }

    [Fact]
    public async Task Pictures_that_come_one_by_one_are_answered_in_order_and_bad_ones_named()
    {
        using SharedClassifier shared = Open(new SeenPictures());

        List<PictureReading> answers = await Collect(shared.OfEach(Come(), Stop));

        Assert.Equal([0, 1 / 255f, null, 3 / 255f, 4 / 255f], answers.Select(one => one.Output?.Probabilities[0]));
        Assert.Equal("The picture: the file is empty.", answers[2].Error!.Message);

        static async IAsyncEnumerable<PictureInput> Come()
        {
            foreach (byte level in (byte[])[0, 1, 2, 3, 4])
            {
                await Task.Yield();

                // Read before the next one is asked for: it is closed then.
                using var stream = new MemoryStream(level == 2 ? [] : TestPictures.Grey(level));
                yield return PictureInput.FromStream(stream);
            }
        }
    }

    [Fact]
    public async Task Who_sends_one_picture_and_waits_is_answered()
    {
        using SharedClassifier shared = Open(new SeenPictures());
        var answered = new SemaphoreSlim(0);
        int seen = 0;

        await foreach (PictureReading one in shared.OfEach(Come(), Stop))
        {
            Assert.Equal(seen++ / 255f, one.Output!.Probabilities[0]);
            answered.Release();
        }

        Assert.Equal(3, seen);

        async IAsyncEnumerable<PictureInput> Come()
        {
            for (byte level = 0; level < 3; level++)
            {
                yield return Grey(level);
                await answered.WaitAsync(Stop);
            }
        }
    }

    [Fact]
    public async Task Who_leaves_early_stops_the_source()
    {
        using SharedClassifier shared = Open(new SeenPictures());
        bool isLeft = false;

        await foreach (PictureReading one in shared.OfEach(Come(Stop), Stop))
        {
            Assert.NotNull(one.Output);
            break;
        }

        Assert.True(isLeft);

        async IAsyncEnumerable<PictureInput> Come([EnumeratorCancellation] CancellationToken stop)
        {
            try
            {
                yield return Grey(1);
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                isLeft = true;
            }
        }
    }

    [Fact]
    public async Task What_was_cancelled_before_is_not_computed()
    {
        var model = new SeenPictures();
        using SharedClassifier shared = Open(model);
        var cancelled = new CancellationToken(canceled: true);

        Assert.ThrowsAny<OperationCanceledException>(() => shared.Of(Grey(1), cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => shared.OfAll([Grey(1)], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shared.OfAsync(Grey(1), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Collect(shared.OfEach(AsyncEnumerable.Repeat(Grey(1), 1), cancelled)));

        Assert.Empty(model.Batches);
    }

    [Fact]
    public async Task Nothing_begins_behind_its_end()
    {
        var model = new SeenPictures();
        SharedClassifier shared = Open(model);
        shared.Dispose();
        shared.Dispose();

        Assert.True(model.IsFreed);
        Assert.Equal(
            typeof(SharedClassifierTests).FullName,
            Assert.Throws<ObjectDisposedException>(() => shared.Of(Grey(1), Stop)).ObjectName);
        Assert.Throws<ObjectDisposedException>(() => shared.OfAll([Grey(1)], Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => shared.OfAsync(Grey(1), Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => Collect(shared.OfEach(AsyncEnumerable.Repeat(Grey(1), 1), Stop)));
    }

    [Fact]
    public async Task A_call_that_is_under_way_ends_before_the_model_is_freed()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var model = new SeenPictures
        {
            Meanwhile = () =>
            {
                begun.Set();
                goOn.Wait(Stop);
            },
        };
        SharedClassifier shared = Open(model);
        Task<PictureOutput> answer = shared.OfAsync(Grey(7), Stop);
        begun.Wait(Stop);

        shared.Dispose();
        Assert.False(model.IsFreed);
        goOn.Set();

        Assert.Equal(7 / 255f, (await answer).Probabilities[0]);
        Assert.True(model.IsFreed);
    }

    [Fact]
    public void A_stream_serves_one_call()
    {
        using SharedClassifier shared = Open(new SeenPictures());
        PictureInput picture = PictureInput.FromStream(new MemoryStream(TestPictures.Grey(1)));
        shared.Of(picture, Stop);

        Assert.Throws<InvalidOperationException>(() => shared.Of(picture, Stop));
        Assert.Throws<InvalidOperationException>(() => shared.OfAll([picture], Stop));
    }

    private static SharedClassifier Open(IPictureModel model, ClassifierOptions? options = null) =>
        new(typeof(SharedClassifierTests), model, options ?? s_options);

    private static PictureInput Grey(byte level) => PictureInput.FromBytes(TestPictures.Grey(level));

    private static async Task<List<PictureReading>> Collect(IAsyncEnumerable<PictureReading> source)
    {
        List<PictureReading> all = [];
        await foreach (PictureReading one in source)
        {
            all.Add(one);
        }

        return all;
    }
}
