using System.Security.Cryptography;
using System.Text;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Tests.Data.Pictures;

public sealed class PictureDigestTests : IDisposable
{
    private static readonly DateTime s_longAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_that_of_paths_sizes_and_contents()
    {
        PictureItem[] items = [Add("a/1.png", 1, 2), Add("b.png", 3)];

        PictureDigest digest = Compute(items);

        Assert.Equal(Sha256($"a/1.png\t2\t{Sha256([1, 2])}\nb.png\t1\t{Sha256([3])}"), digest.Digest);
        Assert.Empty(digest.Unreadable);
        Assert.Equal(Sha256(""), Compute([]).Digest);
    }

    [Fact]
    public void Has_one_line_for_a_name_with_line_breaks()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs names with line breaks.");
        PictureItem[] items = [Add("a\nb\r.png", 1), Add("c\td.png", 2)];

        PictureDigest digest = Compute(items);

        Assert.Equal([$"a\\nb\\r.png\t1\t{Sha256([1])}", $"c\td.png\t1\t{Sha256([2])}"], digest.List.Lines);
    }

    [Fact(Timeout = 60_000)]
    public async Task Names_what_cannot_be_read_and_waits_for_no_pipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs named pipes that are files.");
        IReadOnlyList<(string Path, string Reason)> special = SpecialFiles.Make(_folder);
        PictureItem[] items = [Add("a.png", 1), .. special.Select(one => new PictureItem(one.Path)), Add("z.png", 2)];

        PictureDigest digest = await Task.Run(() => Compute(items), TestContext.Current.CancellationToken);

        Assert.Equal(
            special.Select((one, place) => KeyValuePair.Create(place + 1, new SkippedPicture(one.Path, one.Reason))),
            digest.Unreadable);
        Assert.Equal(
            Sha256($"a.png\t1\t{Sha256([1])}\ndangling.png\tunreadable\ndevice.png\tunreadable\nempty.png\tunreadable\n"
                + "folder.png\tunreadable\nmissing.png\tunreadable\npipe.png\tunreadable\n"
                + $"z.png\t1\t{Sha256([2])}"),
            digest.Digest);
    }

    [Fact]
    public void Does_not_read_again_what_is_remembered()
    {
        PictureItem[] items = [Add("a.png", 1, 2), Add("b.png", 3)];
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        PictureDigest first = Compute(items, memory);

        // Another content of the same size and time: only who reads it sees it.
        Add("b.png", 4);

        Assert.Equal(first.Digest, Compute(items, memory).Digest);
        PictureDigest now = Compute(items);
        Assert.NotEqual(first.Digest, now.Digest);

        File.SetLastWriteTimeUtc(items[1].Path, s_longAgo.AddSeconds(1));
        Assert.Equal(now.Digest, Compute(items, memory).Digest);
    }

    [Fact]
    public void Remembers_parts_of_one_name_apart()
    {
        string archive = Add("1.tar", 5, 6, 7).Path;
        PictureItem[] items = [.. Enumerable.Range(0, 2).Select(place =>
            new PictureItem($"{archive}/a.png") { Bytes = new FileBytes(archive, place, Length: 1 + place) })];
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        string expected = Sha256($"1.tar/a.png\t1\t{Sha256([5])}\n1.tar/a.png\t2\t{Sha256([6, 7])}");

        Assert.Equal(expected, Compute(items, memory).Digest);
        Assert.Equal(expected, Compute(items, memory).Digest);
    }

    [Fact]
    public void Throws_what_a_thread_threw()
    {
        PictureItem[] items = [.. Enumerable.Range(0, 50).Select(number => Add($"{number}.png", 1))];

        var error = Assert.Throws<PromptKDException>(() => PictureDigest.Compute(
            _folder, items, DigestMemory.None, checks: false, (_, _) => throw new PromptKDException("as it is"), Stop));

        Assert.Equal("as it is", error.Message);
    }

    [Fact]
    public void Stops_between_pictures()
    {
        PictureItem[] items = [.. Enumerable.Range(0, 50).Select(number => Add($"{number}.png", 1))];
        using var stop = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => PictureDigest.Compute(
            _folder, items, DigestMemory.None, checks: false, (_, _) => stop.Cancel(), stop.Token));
    }

    [Fact]
    public void Tells_how_far_it_is()
    {
        PictureItem[] items = [.. Enumerable.Range(0, 5).Select(number => Add($"{number}.png", 1))];
        var told = new System.Collections.Concurrent.ConcurrentBag<(int, int)>();

        PictureDigest.Compute(
            _folder, items, DigestMemory.None, checks: false, (done, total) => told.Add((done, total)), Stop);

        Assert.Equal([(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)], told.Order());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Sha256(string text) => Sha256(Encoding.UTF8.GetBytes(text));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private PictureDigest Compute(IReadOnlyList<PictureItem> items, DigestMemory? memory = null) =>
        PictureDigest.Compute(_folder, items, memory ?? DigestMemory.None, checks: false, progress: null, Stop);

    private PictureItem Add(string name, params byte[] content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        return new PictureItem(path);
    }
}
