using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Tests.Data.Shards;

namespace PromptKD.Tests.Data.Datasets;

public sealed class ShardSplitTests : IDisposable
{
    private static readonly string[] s_names = ["banded", "blotchy", "braided"];

    private readonly string _root = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Parts_are_told_by_the_names_of_the_files()
    {
        Write("dtd/data/train-00000-of-00002.tar", 0, 1, 2);
        Write("dtd/data/train-00001-of-00002.tar", 0);
        Write("dtd/data/validation-00000-of-00001.tar", 1);
        Write("dtd/data/test-00000-of-00001.tar", 2, 0);
        Write("dtd/data/trainer.tar", 1);

        ProtocolLists lists = Read("all");

        Assert.Equal(s_names, lists.ClassNames);
        Assert.Equal([0, 1, 2, 0], lists.Train.Select(item => item.Label!.Value));
        Assert.Equal([1], lists.RealValidation!.Select(item => item.Label!.Value));
        Assert.Equal([2, 0], lists.Test.Select(item => item.Label!.Value));
        Assert.EndsWith("data/train-00001-of-00002.tar/0.png", lists.Train[3].Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Base_classes_are_the_first_half_here_too()
    {
        Write("dtd/train.tar", 0, 1, 2);
        Write("dtd/test.tar", 0, 1, 2);

        ProtocolLists lists = Read("new");

        Assert.Equal(["braided"], lists.ClassNames);
        Assert.Equal([0], lists.Test.Select(item => item.Label!.Value));
    }

    [Fact]
    public void A_part_that_is_missing_is_named()
    {
        Write("dtd/train.tar", 0, 1);

        string message = Assert.Throws<PromptKDException>(() => Read("all")).Message;

        Assert.Equal(
            $"DescribableTextures: '{Path.Combine(_root, "dtd")}' holds shards, but none of the part 'test'. Name them "
            + "test-0.parquet, test-0.tar and so on.",
            message);
    }

    [Fact]
    public void A_report_counts_shards()
    {
        Write("dtd/train.tar", 0, 1, 2);
        Write("dtd/test.tar", 0, 2);

        var report = DatasetReport.Of(DatasetCatalog.Find("dtd"), _root, TestContext.Current.CancellationToken);

        Assert.Equal((3, 3, 1, 1), (report.Classes, report.Train, report.TestBase, report.TestNovel));
        Assert.Contains("3 classes, but the published set has 47", report.Faults);
        Assert.DoesNotContain(report.Faults, fault => fault.Contains("not there", StringComparison.Ordinal));
    }

    // Names in place of numbers: the classes are in ordinal order.
    private void Write(string path, params int[] labels)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        ShardFixtures.WriteTar(full, [.. labels.SelectMany((label, number) => new (string, byte[])[]
        {
            ($"{number}.png", ShardFixtures.Text("a picture that nobody opens here")),
            ($"{number}.cls", ShardFixtures.Text(s_names[label])),
        })]);
    }

    private ProtocolLists Read(string classes) => DatasetProtocol.Read(
        new DatasetConfig { Name = "DescribableTextures", Root = _root, SubsampleClasses = classes },
        new ProtocolReading(1));
}
