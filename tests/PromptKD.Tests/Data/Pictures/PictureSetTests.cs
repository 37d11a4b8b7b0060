using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Tests.Data.Pictures;

public sealed class PictureSetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Warns_of_what_cannot_be_read_and_keeps_it_in_the_list()
    {
        PictureItem[] items = [Add("a.png"), new(Path.Combine(_folder, "b.png")), Add("c.png")];
        var observer = new Listener();

        var pictures = PictureSet.Hash(_folder, items, DigestMemory.None, observer, Stop);

        Assert.Equal(items, pictures.Items);
        Assert.Equal([new SkippedPicture(items[1].Path, "no such file")], pictures.Unreadable);
        Assert.Equal(["Hashing 3 pictures"], observer.Phases);
        Assert.Equal([$"skipped {items[1].Path}: no such file"], observer.Warnings);
    }

    [Fact]
    public void Says_nothing_of_no_pictures()
    {
        var observer = new Listener();

        var pictures = PictureSet.Hash(_folder, [], DigestMemory.None, observer, Stop);

        Assert.Empty(pictures.Unreadable);
        Assert.Empty(observer.Phases);
    }

    [Fact]
    public void Saves_what_it_has_learnt_also_where_it_is_stopped()
    {
        PictureItem[] items = [Add("a.png"), Add("b.png")];
        string path = Path.Combine(_folder, "memory.txt");
        using var stop = new CancellationTokenSource();

        PictureSet.Hash(_folder, items, DigestMemory.Open(path), IRunObserver.Nobody, Stop);
        Assert.Equal(3, File.ReadAllLines(path).Length);

        File.Delete(path);
        var memory = DigestMemory.Open(path);
        memory.Find(items[0].Path);
        memory.Remember(items[0].Path, new string('a', 64));
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            PictureSet.Hash(_folder, items, memory, IRunObserver.Nobody, stop.Token));
        Assert.Equal(2, File.ReadAllLines(path).Length);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private PictureItem Add(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, TestPictures.Grey(1));
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        return new PictureItem(path);
    }

    private sealed class Listener : IRunObserver
    {
        public List<string> Phases { get; } = [];

        public List<string> Warnings { get; } = [];

        public void OnPhase(string description) => Phases.Add(description);

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
