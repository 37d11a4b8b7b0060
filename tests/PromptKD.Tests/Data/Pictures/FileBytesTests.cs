using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Pictures;

public sealed class FileBytesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Are_those_of_the_file_of_a_link_or_of_a_part()
    {
        string path = Path.Combine(_folder, "file"), link = Path.Combine(_folder, "link");
        File.WriteAllBytes(path, [1, 2, 3, 4]);
        File.CreateSymbolicLink(link, path);

        Assert.Equal([1, 2, 3, 4], new FileBytes(path).Use(bytes => bytes.ToArray()));
        Assert.Equal([1, 2, 3, 4], new FileBytes(link).Use(bytes => bytes.ToArray()));
        Assert.Equal([2, 3], new FileBytes(path, Offset: 1, Length: 2).Use(bytes => bytes.ToArray()));
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_what_is_no_file_are_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs named pipes that are files.");
        IReadOnlyList<(string Path, string Reason)> special = SpecialFiles.Make(_folder);
        string good = Path.Combine(_folder, "good.png");
        File.WriteAllBytes(good, TestPictures.Grey(7));
        PictureItem[] items = [.. special.Select(one => new PictureItem(one.Path)), new PictureItem(good)];
        var loader = new PictureLoader(items, new Preprocessing { Size = 4 });
        var plan = new LoadPlan { Order = EpochOrder.Sequential(items.Length), BatchSize = items.Length };

        IReadOnlyList<int> read = await Task.Run(
            () =>
            {
                using Batch batch = Assert.Single(loader.Load(plan, TestContext.Current.CancellationToken));
                return batch.Items;
            },
            TestContext.Current.CancellationToken);

        // The loader says the same as the digest does.
        Assert.Equal([special.Count], read);
        Assert.Equal(special.Select(one => new SkippedPicture(one.Path, one.Reason)), loader.Skipped);
    }
}
