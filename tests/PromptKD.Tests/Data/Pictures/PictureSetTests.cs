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

        Assert.Equal(items, pictures.Items.Select(item => item with { Hashed = null }));
        Assert.Equal([false, true, false], pictures.Items.Select(item => item.Hashed is null));
        Assert.Equal([new SkippedPicture(items[1].Path, "no such file")], pictures.Unreadable);
        Assert.Equal(["Hashing 3 pictures"], observer.Phases);
        Assert.Equal([$"skipped {items[1].Path}: no such file"], observer.Warnings);
    }

    [Fact]
    public void Leaves_out_of_every_order_what_cannot_be_decoded_and_remembers_the_rest()
    {
        PictureItem[] items = [Add("a.png"), Add("b.png"), Add("c.png")];
        byte[] whole = File.ReadAllBytes(items[1].Path);
        File.WriteAllBytes(items[1].Path, whole[..(whole.Length / 2)]);
        File.SetLastWriteTimeUtc(items[1].Path, File.GetLastWriteTimeUtc(items[0].Path));
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));

        for (int start = 0; start < 2; start++)
        {
            var pictures = PictureSet.Hash(_folder, items, memory, IRunObserver.Nobody, Stop);

            Assert.Equal([items[1].Path], pictures.Unreadable.Select(picture => picture.Path));
            Assert.Equal(2, pictures.ReadableCount);
            Assert.Equal([2, 0], pictures.OnlyReadable([2, 1, 0]));
            var strict = Assert.Throws<PromptKDException>(() => pictures.RefuseUnreadable(strict: true));
            Assert.StartsWith($"{items[1].Path}: ", strict.Message, StringComparison.Ordinal);
        }

        Assert.NotNull(memory.Find(items[0].Path));
        Assert.Null(memory.Find(items[1].Path)); // It is looked at again: another version may read it.
    }

    [Fact]
    public void Names_twenty_broken_pictures_and_counts_the_rest()
    {
        PictureItem[] items =
        [
            Add("good.png"),
            .. Enumerable.Range(0, 23).Select(number => new PictureItem(Path.Combine(_folder, $"{number}.png"))),
        ];
        var observer = new Listener();

        PictureSet.Hash(_folder, items, DigestMemory.None, observer, Stop);

        Assert.Equal(21, observer.Warnings.Count);
        Assert.Equal("skipped 3 more pictures that could not be read", observer.Warnings[^1]);
    }

    [Fact]
    public void Refuses_a_set_of_which_nothing_can_be_read_with_the_first_reasons()
    {
        PictureItem[] items = [.. Enumerable.Range(0, 5).Select(number => new PictureItem($"{_folder}/{number}.png"))];

        var error = Assert.Throws<PromptKDException>(
            () => PictureSet.Hash(_folder, items, DigestMemory.None, IRunObserver.Nobody, Stop));

        Assert.Equal(
            $"None of 5 pictures could be read: {_folder}/0.png: no such file; {_folder}/1.png: no such file; "
            + $"{_folder}/2.png: no such file.",
            error.Message);
    }

    [Fact]
    public void Names_a_class_of_which_nothing_can_be_read()
    {
        PictureItem[] items =
        [
            Add("a.png") with { Label = 0, ClassName = "cat" },
            new PictureItem(Path.Combine(_folder, "b.png"), 1, "dog"),
        ];
        var observer = new Listener();

        PictureSet.Hash(_folder, items, DigestMemory.None, observer, Stop);

        Assert.Equal("no picture of the class 'dog' can be read: nothing is learned of it", observer.Warnings[^1]);
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
