using System.Text.RegularExpressions;
using PromptKD.Data.Datasets;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>
/// A fake set has too few pictures for the paper's counts; everything else that is said is a fault put in.
/// </summary>
public sealed class DatasetReportTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("promptkd-datasets-").FullName;

    [Theory]
    [MemberData(nameof(FakeDatasets.Names), MemberType = typeof(FakeDatasets))]
    public void A_data_set_as_published_differs_only_in_its_counts(string name)
    {
        FakeDatasets.Create(name, _root);

        DatasetReport report = Check(name);

        Assert.All(
            report.Faults, fault => Assert.Contains(", but the published set has ", fault, StringComparison.Ordinal));
        Assert.Equal(FakeDatasets.Classes, report.Classes);
        Assert.Equal(report.TestNovel, report.TestBase);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.Names), MemberType = typeof(FakeDatasets))]
    public void Counts_that_differ_from_the_paper_are_named(string name)
    {
        FakeDatasets.Create(name, _root);
        DatasetEntry entry = DatasetCatalog.Find(name);

        Assert.Contains($"4 classes, but the published set has {entry.Classes}", Check(name).Faults);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.Names), MemberType = typeof(FakeDatasets))]
    public void A_missing_folder_is_named_with_where_to_get_it(string name)
    {
        DatasetEntry entry = DatasetCatalog.Find(name);

        Assert.Equal(
            [$"no folder '{Path.Combine(_root, entry.Folder)}': put {name} from {entry.Home} there"],
            Check(name).Faults);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.Names), MemberType = typeof(FakeDatasets))]
    public void A_missing_folder_of_pictures_is_named(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        if (fake.Images == Path.Combine(fake.Folder, ""))
        {
            // The cars' pictures lie beside their lists: their folder is the data set's.
            Directory.Delete(Path.Combine(fake.Folder, "cars_train"), recursive: true);
            Assert.Contains(Check(name).Faults, fault => fault.StartsWith("24 of 32 listed", StringComparison.Ordinal));
            return;
        }

        Directory.Delete(fake.Images, recursive: true);

        Assert.StartsWith(
            $"no folder of pictures '{fake.Images}'", Assert.Single(Check(name).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_split_file_of_ones_own_is_not_looked_for_among_the_papers()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "flags")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "pictures"));
        var entry = new DatasetEntry(new SplitFileReader("split_flags.json", new ClassFolderLists()))
        {
            Name = "Flags",
            Config = "flags",
            Folder = "flags",
            Images = "pictures",
            Classes = 195,
            Home = new Uri("https://example.org/flags"),
        };

        Assert.Equal(
            [$"no split file '{Path.Combine(folder, "split_flags.json")}': put it there, or let training build one"],
            DatasetReport.Of(entry, _root, TestContext.Current.CancellationToken).Faults);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.WithSplitFile), MemberType = typeof(FakeDatasets))]
    public void A_missing_split_file_is_named_and_none_is_written(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        File.Delete(fake.SplitFile!);

        Assert.StartsWith(
            $"no split file '{fake.SplitFile}'", Assert.Single(Check(name).Faults), StringComparison.Ordinal);
        Assert.False(File.Exists(fake.SplitFile));
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.WithSplitFile), MemberType = typeof(FakeDatasets))]
    [InlineData("FGVCAircraft")]
    public void Listed_pictures_that_are_not_there_are_counted_and_the_first_are_named(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        string[] gone = [.. fake.Pictures.Where(picture => picture.Part == "train").Take(4)
            .Select(picture => Path.GetFullPath(Path.Combine(fake.Images, picture.Path)))];
        Array.ForEach(gone, File.Delete);

        Assert.Equal(
            $"4 of 32 listed pictures are not there: {gone[0]}, {gone[1]}, {gone[2]}, …", Check(name).Faults[0]);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.WithSplitFile), MemberType = typeof(FakeDatasets))]
    public void A_split_file_that_was_cut_off_is_named(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        string text = File.ReadAllText(fake.SplitFile!);
        File.WriteAllText(fake.SplitFile!, text[..(text.Length / 2)]);

        Assert.Equal(
            [$"{fake.SplitFile}:1: not JSON in UTF-8, only part of a file, or a key that is there twice. Download or copy it again, or mend that "
                + "line."], Check(name).Faults);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.WithSplitFile), MemberType = typeof(FakeDatasets))]
    public void Labels_that_leave_a_gap_are_named(string name)
    {
        Replace(FakeDatasets.Create(name, _root), ",3,", ",7,");

        Assert.Contains("no training picture has a label from 3 to 6", Check(name).Faults);
    }

    [Theory]
    [MemberData(nameof(FakeDatasets.WithSplitFile), MemberType = typeof(FakeDatasets))]
    public void Two_names_of_one_label_are_named(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        Replace(fake, ",3,", ",2,");

        Assert.Contains(
            Check(name).Faults,
            fault => Regex.IsMatch(
                fault,
                $"^the label 2 has two names, '{fake.ClassNames[2]}' of '.+' and '{fake.ClassNames[3]}' of '.+'$"));
    }

    [Theory]
    [InlineData("ImageNet")]
    [InlineData("ImageNetV2")]
    [InlineData("ImageNetSketch")]
    [InlineData("ImageNetA")]
    [InlineData("ImageNetR")]
    public void A_class_without_a_name_is_named(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        File.WriteAllText(Path.Combine(fake.Folder, "classnames.txt"), "n01440764\n");

        Assert.Equal(
            [$"{Path.Combine(fake.Folder, "classnames.txt")}:1: 'n01440764'. "
                + "Expected a synset, a blank and a name, each synset once."],
            Check(name).Faults);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static void Replace(FakeDataset fake, string old, string by) => File.WriteAllText(
        fake.SplitFile!, File.ReadAllText(fake.SplitFile!).Replace(old, by, StringComparison.Ordinal));

    private DatasetReport Check(string name) => DatasetReport.Of(DatasetCatalog.Find(name), _root);
}
