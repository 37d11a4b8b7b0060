using System.Diagnostics;
using PromptKD.Inference;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Inference;

/// <summary>Pictures of several callers that are computed at once.</summary>
public sealed class GatheredCallsTests
{
    private static readonly ClassifierOptions s_options = new() { BatchSize = 4 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_are_gathered()
    {
        var model = new SeenPictures();
        using SharedClassifier shared = Open(
            model, s_options with { GatherFor = TimeSpan.FromMinutes(10), BatchSize = 3 });

        PictureOutput[] outputs = await Task.WhenAll(
            shared.OfAsync(Grey(10), Stop),
            Task.Run(() => shared.Of(Grey(20), Stop), Stop),
            shared.OfAsync(Grey(30), Stop));

        Assert.Equal([3], model.Batches);
        Assert.Equal([10 / 255f, 20 / 255f, 30 / 255f], outputs.Select(one => one.Probabilities[0]));
    }

    [Fact]
    public void A_single_caller_waits_once()
    {
        var model = new SeenPictures();
        using SharedClassifier shared = Open(model, s_options with { GatherFor = TimeSpan.FromSeconds(1) });
        shared.Of(Grey(10), Stop);

        long begun = Stopwatch.GetTimestamp();
        for (byte level = 0; level < 30; level++)
        {
            shared.Of(Grey(level), Stop);
        }

        // Thirty times a second are 30 s.
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 20);
        Assert.All(model.Batches, batch => Assert.Equal(1, batch));
    }

    [Fact]
    public async Task Those_whose_pictures_are_being_read_are_waited_for()
    {
        var model = new SeenPictures();
        using SharedClassifier shared = Open(model, s_options with { GatherFor = TimeSpan.FromSeconds(2) });
        shared.Of(Grey(10), Stop);
        using var slow = new HeldStream(TestPictures.Grey(1));

        Task<PictureOutput> first = Task.Run(() => shared.Of(PictureInput.FromStream(slow), Stop), Stop);
        slow.WaitForReader(Stop);
        Task<PictureOutput> second = Task.Run(() => shared.Of(Grey(4), Stop), Stop);
        await Task.Delay(100, Stop);
        Assert.False(second.IsCompleted);
        slow.Go();

        Assert.Equal([1 / 255f, 4 / 255f], (await Task.WhenAll(first, second)).Select(one => one.Probabilities[0]));
        Assert.Equal([1, 2], model.Batches);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_is_no_longer_waited_for()
    {
        using SharedClassifier shared = Open(
            new SeenPictures(), s_options with { GatherFor = TimeSpan.FromSeconds(2) });
        shared.Of(Grey(10), Stop);
        using var slow = new HeldStream("no picture"u8.ToArray());

        Task<PictureOutput> bad = Task.Run(() => shared.Of(PictureInput.FromStream(slow), Stop), Stop);
        slow.WaitForReader(Stop);
        Task<PictureOutput> good = shared.OfAsync(Grey(3), Stop);
        slow.Go();

        await Assert.ThrowsAsync<PromptKDException>(() => bad);
        Assert.Equal(3 / 255f, (await good).Probabilities[0]);
    }

    [Fact]
    public async Task What_fails_fails_for_all_who_were_gathered_and_the_next_are_answered()
    {
        bool fails = true;
        var model = new SeenPictures
        {
            Meanwhile = () => _ = fails ? throw new InvalidOperationException("broken") : 0,
        };
        using SharedClassifier shared = Open(model, s_options with { GatherFor = TimeSpan.FromMilliseconds(1) });

        await Assert.ThrowsAsync<InvalidOperationException>(() => shared.OfAsync(Grey(10), Stop));
        fails = false;

        Assert.Equal(20 / 255f, (await shared.OfAsync(Grey(20), Stop)).Probabilities[0]);
    }

    [Fact]
    public async Task Who_gives_up_is_left_out_of_what_is_gathered()
    {
        var model = new SeenPictures();
        using SharedClassifier shared = Open(
            model, s_options with { GatherFor = TimeSpan.FromSeconds(5), BatchSize = 2 });
        using var gaveUp = new CancellationTokenSource();
        Task<PictureOutput> first = shared.OfAsync(Grey(10), gaveUp.Token);

        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Task<PictureOutput> second = shared.OfAsync(Grey(20), Stop);
        Task<PictureOutput> third = shared.OfAsync(Grey(30), Stop);

        // Which two of the three are gathered is open: whoever is left waits its time out.
        Assert.Equal(20 / 255f, (await second).Probabilities[0]);
        Assert.Equal(30 / 255f, (await third).Probabilities[0]);
        Assert.Equal(2, model.Batches.Sum());
    }

    private static SharedClassifier Open(IPictureModel model, ClassifierOptions options) =>
        new(typeof(GatheredCallsTests), model, options);

    private static PictureInput Grey(byte level) => PictureInput.FromBytes(TestPictures.Grey(level));

    /// <summary>A stream that gives nothing before it is told to.</summary>
    private sealed class HeldStream(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly ManualResetEventSlim _isRead = new();
        private readonly ManualResetEventSlim _goes = new();

        public void WaitForReader(CancellationToken stop) => _isRead.Wait(stop);

        public void Go() => _goes.Set();

        public override int Read(Span<byte> buffer)
        {
            _isRead.Set();
            _goes.Wait(Stop);
            return base.Read(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _isRead.Dispose();
            _goes.Dispose();
        }
    }
}
