using PromptKD.Data.Decoding;
using PromptKD.Inference;
using PromptKD.Server.Batching;
using PromptKD.Server.Operations;

namespace PromptKD.Tests.Server;

/// <summary>How pictures of many requests become batches.</summary>
public sealed class BatchWorkersTests
{
    private static readonly TimeSpan s_forever = TimeSpan.FromMinutes(10);

    private readonly QueuePlaces _places = new(100);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_alone_waits_for_nobody()
    {
        using var model = new CountingModel();
        using var workers = new BatchWorkers(model, new BatchRules(8, s_forever, 1), _places, new NoObserver());

        for (int turn = 0; turn < 3; turn++)
        {
            await workers.Ask(new PreparedPicture(1), Stop).WaitAsync(TimeSpan.FromSeconds(30), Stop);
        }

        Assert.Equal([1, 1, 1], model.Sizes);
    }

    [Fact]
    public async Task What_comes_during_a_batch_is_the_next_one_with_who_comes_back()
    {
        using var model = new CountingModel { IsHeld = true };
        using var workers = new BatchWorkers(model, new BatchRules(8, s_forever, 1), _places, new NoObserver());
        Task first = workers.Ask(new PreparedPicture(1), Stop);
        await model.Begun(1);
        Task[] others = [.. Enumerable.Range(0, 3).Select(_ => workers.Ask(new PreparedPicture(1), Stop))];

        // One was computed and three wait: the next batch is of four, and its fourth comes back.
        model.LetGo();
        await first;
        Assert.Equal([1], model.Sizes);
        Task again = workers.Ask(new PreparedPicture(1), Stop);
        await model.Begun(2);
        model.LetGo();
        await Task.WhenAll([.. others, again]);

        Assert.Equal([1, 4], model.Sizes);
    }

    [Fact]
    public async Task Pictures_that_are_being_decoded_are_waited_for()
    {
        using var model = new CountingModel();
        using var workers = new BatchWorkers(model, new BatchRules(8, s_forever, 1), _places, new NoObserver());
        _places.Take(2);

        Task one = workers.Ask(new PreparedPicture(1), Stop);
        Task other = workers.Ask(new PreparedPicture(1), Stop);
        await Task.WhenAll(one, other);

        Assert.Equal([2], model.Sizes);
    }

    [Fact]
    public async Task A_batch_has_no_more_than_its_size_and_the_delay_ends_the_waiting()
    {
        using var model = new CountingModel { IsHeld = true };
        using var workers = new BatchWorkers(
            model, new BatchRules(2, TimeSpan.FromMilliseconds(1), 1), _places, new NoObserver());
        Task first = workers.Ask(new PreparedPicture(1), Stop);
        await model.Begun(1);
        Task[] others = [.. Enumerable.Range(0, 3).Select(_ => workers.Ask(new PreparedPicture(1), Stop))];
        for (int turn = 2; turn <= 4; turn++)
        {
            model.LetGo();
        }

        await Task.WhenAll([first, .. others]);
        Assert.Equal([1, 2, 1], model.Sizes);
    }

    [Theory]
    [InlineData(6, 3)] // Of six on their way each of two takes three.
    [InlineData(5, 3)]
    [InlineData(40, 8)] // Never more than a batch.
    public async Task Two_workers_share_what_is_on_its_way(int onTheirWay, int first)
    {
        using var model = new CountingModel { IsHeld = true };
        using var workers = new BatchWorkers(model, new BatchRules(8, s_forever, 2), _places, new NoObserver());
        _places.Take(onTheirWay);

        Task[] all = [.. Enumerable.Range(0, onTheirWay).Select(_ => workers.Ask(new PreparedPicture(1), Stop))];
        await model.Begun(2);

        Assert.Equal([first, Math.Min(8, onTheirWay - first)], model.Sizes.OrderDescending());
        model.LetGo(onTheirWay);
        await Task.WhenAll(all);
    }

    [Fact]
    public async Task Who_has_left_is_not_computed()
    {
        using var model = new CountingModel { IsHeld = true };
        using var workers = new BatchWorkers(
            model, new BatchRules(8, TimeSpan.FromMilliseconds(1), 1), _places, new NoObserver());
        using var left = new CancellationTokenSource();
        Task first = workers.Ask(new PreparedPicture(1), Stop);
        await model.Begun(1);
        Task leaves = workers.Ask(new PreparedPicture(1), left.Token);
        Task stays = workers.Ask(new PreparedPicture(1), Stop);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        model.LetGo();
        model.LetGo();
        await Task.WhenAll(first, stays);

        Assert.Equal([1, 1], model.Sizes);
    }

    /// <summary>Computes nothing, counts what it is given, and stands still where it is told to.</summary>
    private sealed class CountingModel : IPictureModel
    {
        private readonly SemaphoreSlim _go = new(0);
        private readonly SemaphoreSlim _begun = new(0);
        private readonly List<int> _sizes = [];
        private int _seen;

        public bool IsHeld { get; init; }

        public int[] Sizes
        {
            get
            {
                lock (_sizes)
                {
                    return [.. _sizes];
                }
            }
        }

        public Preprocessing Takes { get; } = new();

        public PictureOutput[] Compute(IReadOnlyList<PreparedPicture> pictures)
        {
            lock (_sizes)
            {
                _sizes.Add(pictures.Count);
            }

            _begun.Release();
            if (IsHeld)
            {
                _go.Wait(Stop);
            }

            return [.. pictures.Select(_ => new PictureOutput([0], [1], [1]))];
        }

        public async Task Begun(int batches)
        {
            for (; _seen < batches; _seen++)
            {
                await _begun.WaitAsync(Stop);
            }
        }

        public void LetGo(int batches = 1) => _go.Release(batches);

        public void Dispose()
        {
            _go.Dispose();
            _begun.Dispose();
        }
    }

    private sealed class NoObserver : IBatchObserver
    {
        public void OnComputed(IReadOnlyList<TimeSpan> waited, TimeSpan computed)
        {
            // Nothing is measured here.
        }
    }
}
