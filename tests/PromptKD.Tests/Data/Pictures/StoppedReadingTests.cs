using PromptKD.Data.Checking;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Models.Weights;
using PromptKD.Reporting;
using PromptKD.Tests.Data.Shards;

namespace PromptKD.Tests.Data.Pictures;

/// <summary>Whatever lists, opens or hashes many files hears that it is to stop, and takes it for no damage.</summary>
public sealed class StoppedReadingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_folder_is_not_listed_to_its_end()
    {
        string photos = Labelled();
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => PictureFolder.Unlabelled(photos, _stop.Token));
        Assert.Throws<OperationCanceledException>(() => PictureFolder.Labelled(photos, stop: _stop.Token));
        Assert.Throws<OperationCanceledException>(
            () => PictureSurvey.Of(new SurveyRequest { Folder = photos }, null, _stop.Token));
    }

    [Fact]
    public void A_hidden_folder_is_not_counted_to_its_end()
    {
        string photos = Labelled();
        Directory.Move(Path.Combine(photos, "cat"), Path.Combine(photos, ".cat"));
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => PictureFolder.Unlabelled(photos, _stop.Token));
    }

    [Fact]
    public void Shards_are_not_listed_to_their_end()
    {
        _stop.Cancel();

        foreach (string shard in new[] { ShardFixtures.Arrow, ShardFixtures.GnuTar })
        {
            Assert.Throws<OperationCanceledException>(() => PictureFolder.Unlabelled(shard, _stop.Token));
        }
    }

    [Fact]
    public void A_row_group_is_not_read_to_its_end()
    {
        PictureItem picture = PictureFolder.Unlabelled(ShardFixtures.Arrow, _stop.Token).Items[0];
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => picture.Bytes.Use(bytes => bytes.Length));
    }

    [Fact]
    public void Labels_of_shards_are_not_read_to_their_end()
    {
        foreach (string shard in new[] { ShardFixtures.Arrow, ShardFixtures.GnuTar })
        {
            using var stop = new CancellationTokenSource();
            var pictures = new PromptKD.Data.Shards.ShardedPictures([shard], stop: stop.Token);
            stop.Cancel();

            Assert.Throws<OperationCanceledException>(() => pictures.Labelled(["red star", "blue moon"], out _));
        }
    }

    [Fact]
    public void A_file_is_not_hashed_to_its_end()
    {
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(
            () => FileDigest.Sha256([ShardFixtures.Arrow], memory: null, _stop.Token));
    }

    [Fact]
    public void Runs_are_not_looked_for_to_the_end()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "run"));
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => BenchmarkReport.Read(_folder, _stop.Token));
    }

    [Theory]
    [InlineData("caltech-101", "Caltech101")]
    [InlineData("imagenet", "ImageNet")]
    public void Data_sets_are_not_listed_to_their_end(string folder, string name)
    {
        string images = Path.Combine(_folder, folder, folder == "imagenet" ? "images/train" : "101_ObjectCategories");
        Directory.CreateDirectory(Path.Combine(images, "n1"));
        Directory.CreateDirectory(Path.Combine(images, "../val/n1"));
        File.WriteAllText(Path.Combine(_folder, folder, "classnames.txt"), "n1 cat\n");
        File.WriteAllBytes(Path.Combine(images, "n1", "1.png"), TestPictures.Gradient(8, 8));
        _stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => DatasetProtocol.Read(
            new() { Name = name, Root = _folder }, new ProtocolReading(1), _stop.Token));
    }

    private string Labelled()
    {
        string photos = Path.Combine(_folder, "photos");
        Directory.CreateDirectory(Path.Combine(photos, "cat"));
        File.WriteAllBytes(Path.Combine(photos, "cat", "1.png"), TestPictures.Gradient(8, 8));
        return photos;
    }
}
