using PromptKD.Golden;
using PromptKD.Inference.Embeddings;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference.Embeddings;

[Collection(AloneInTheProcess.Name)]
public sealed class EmbeddingRunTests : IDisposable
{
    private const int Pictures = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly int _threads = get_num_threads();

    public EmbeddingRunTests()
    {
        foreach (int number in Enumerable.Range(0, Pictures))
        {
            string path = Path.Combine(_folder, "pictures", number % 2 == 0 ? "wide" : "high", $"{number}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, TestPictures.Gradient(20 + (5 * number), 80 - (5 * number)));
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private EmbeddingRequest Request => new()
    {
        Images = Path.Combine(_folder, "pictures"),
        Teacher = Path.Combine(ProjectFolder.Root, "demo", "teacher"),
        Clip = Path.Combine(ProjectFolder.Root, "demo", "student"),
        Precision = ComputePrecision.Fp32,
        Device = ComputeDevice.Cpu,
        Output = Path.Combine(_folder, "features"),
    };

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Says_what_it_wrote_and_keeps_no_tensor()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        EmbeddingSummary summary = EmbeddingRun.Of(Request, cancellationToken: Stop);

        Assert.Equal((Pictures, 2), (summary.Pictures, summary.Classes));
        Assert.Equal([new("teacher", 128), new("clip", 64)], summary.Models);
        Assert.All(summary.Files, file => Assert.True(File.Exists(Path.Combine(Request.Output, file))));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Writes_nothing_where_it_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Assert.Throws<OperationCanceledException>(() => EmbeddingRun.Of(Request, new Stopper(stop), stop.Token));

        Assert.Equal(["pictures"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Writes_nothing_where_a_model_is_missing_and_frees_the_other()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Assert.Throws<PromptKDException>(
            () => EmbeddingRun.Of(Request with { Clip = "none.pt" }, cancellationToken: Stop));

        Assert.False(Directory.Exists(Request.Output));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>Stops at the first picture that is done.</summary>
    private sealed class Stopper(CancellationTokenSource stop) : IRunObserver
    {
        public void OnClassified(int done, int total) => stop.Cancel();
    }
}
