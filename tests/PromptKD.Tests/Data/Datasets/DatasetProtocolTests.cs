using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>
/// What the golden case 10-dataset-splits does not hold; there are the lists of the reference itself.
/// </summary>
public sealed class DatasetProtocolTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("promptkd-datasets-").FullName;

    [Theory]
    [MemberData(nameof(FakeDatasets.WithSplitFile), MemberType = typeof(FakeDatasets))]
    public void A_missing_split_is_built_from_the_data_sets_own_lists_and_kept(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        File.Delete(fake.SplitFile!);

        ProtocolLists built = Read(name);
        ProtocolLists again = Read(name, seed: 2);

        Assert.Equal(fake.ClassNames, built.ClassNames);
        Assert.True(File.Exists(fake.SplitFile));
        Assert.Equal(built.Train, again.Train);
        Assert.Equal(built.RealValidation, again.RealValidation);
        PictureItem[] all = [.. built.Train, .. built.RealValidation!, .. built.Test];
        Assert.Equal(fake.Pictures.Count, all.Select(item => item.Path).Distinct().Count());
        Assert.All(all, item => Assert.True(File.Exists(item.Path), item.Path));
    }

    [Fact]
    public void A_split_that_cannot_be_written_is_kept_in_memory_and_that_is_said()
    {
        FakeDataset fake = FakeDatasets.Create("EuroSAT", _root);
        File.Delete(fake.SplitFile!);
        ProtocolLists written = Read("EuroSAT");

        // A folder of its name: no file can take the place.
        File.Delete(fake.SplitFile!);
        Directory.CreateDirectory(fake.SplitFile!);
        List<string> warnings = [];
        ProtocolLists kept = Read("EuroSAT", warn: warnings.Add);

        Assert.Equal(written.Train, kept.Train);
        Assert.Equal(written.Test, kept.Test);
        string warning = Assert.Single(warnings);
        Assert.StartsWith($"Cannot write '{fake.SplitFile}': ", warning, StringComparison.Ordinal);
        Assert.Contains("kept in memory", warning, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', warning);
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(fake.SplitFile)!, "*.partial"));
    }

    [Theory]
    [InlineData("OxfordPets", 5, 1, 2)]
    [InlineData("StanfordCars", 5, 1, 2)]
    [InlineData("SUN397", 5, 1, 2)]
    [InlineData("UCF101", 5, 1, 2)]
    [InlineData("DescribableTextures", 4, 2, 2)]
    [InlineData("Caltech101", 4, 2, 2)]
    [InlineData("EuroSAT", 4, 2, 2)]
    [InlineData("Food101", 4, 2, 2)]
    [InlineData("OxfordFlowers", 4, 2, 2)]
    public void Parts_are_divided_class_by_class(string name, int train, int validation, int test)
    {
        // Six pictures outside the test list: a fifth is 1.2. Of eight, 50, 20 and 30 % are 4, 1.6 and the rest.
        File.Delete(FakeDatasets.Create(name, _root).SplitFile!);

        ProtocolLists lists = Read(name);

        Assert.All(Enumerable.Range(0, FakeDatasets.Classes), label =>
        {
            Assert.Equal(train, lists.Train.Count(item => item.Label == label));
            Assert.Equal(validation, lists.RealValidation!.Count(item => item.Label == label));
            Assert.Equal(test, lists.Test.Count(item => item.Label == label));
        });
    }

    [Fact]
    public void Folders_are_divided_as_Python_divides_their_sorted_pictures()
    {
        File.Delete(FakeDatasets.Create("EuroSAT", _root).SplitFile!);

        ProtocolLists lists = Read("EuroSAT", seed: 3);

        // CPython 3.11: random.seed(3), and random.shuffle of each folder's sorted names; 4, 2 and 2 of them.
        Assert.Equal("1 6 8 3 9 15 16 12 19 17 18 23 31 25 27 32", Numbers(lists.Train));
        Assert.Equal("2 7 13 10 21 24 29 26", Numbers(lists.RealValidation!));
        Assert.Equal("5 4 14 11 22 20 30 28", Numbers(lists.Test));

        static string Numbers(IReadOnlyList<PictureItem> items) => string.Join(
            ' ', items.Select(item => Path.GetFileNameWithoutExtension(item.Path).Split('_')[1]));
    }

    [Fact]
    public void A_split_that_cannot_be_built_leaves_no_file()
    {
        FakeDataset fake = FakeDatasets.Create("OxfordPets", _root);
        File.Delete(fake.SplitFile!);
        string list = Path.Combine(fake.Folder, "annotations", "trainval.txt");
        File.AppendAllText(list, "Abyssinian 1\n");

        Assert.Equal(
            $"{list}:25: 'Abyssinian 1'. Expected four columns: Breed_number, class number from 1, species, breed number.",
            Assert.Throws<PromptKDException>(() => Read("OxfordPets")).Message);
        Assert.False(File.Exists(fake.SplitFile));
    }

    [Fact]
    public void PromptKD_learns_from_all_classes_and_measures_base_and_new_ones_apart()
    {
        FakeDataset fake = FakeDatasets.Create("EuroSAT", _root);

        ProtocolLists lists = Read("EuroSAT", "PromptKD", classes: "new");

        Assert.Equal(fake.ClassNames, lists.ClassNames);
        Assert.Equal([0, 1, 2, 3], Labels(lists.Train));
        Assert.Equal(["Annual Crop Land", "Forest"], lists.Validation!.Select(item => item.ClassName).Distinct());
        Assert.Equal(["Highway or Road", "Sea or Lake"], lists.Test.Select(item => item.ClassName).Distinct());
        Assert.Equal([0, 1], Labels(lists.Test));
        Assert.Equal(["Annual Crop Land", "Forest"], lists.RealValidation!.Select(item => item.ClassName).Distinct());
    }

    [Fact]
    public void Own_validation_pictures_are_relabelled_as_the_test_pictures_are()
    {
        FakeDatasets.Create("EuroSAT", _root);

        ProtocolLists lists = Read("EuroSAT", "CoOp", classes: "new");

        Assert.Equal(["Highway or Road", "Sea or Lake"], lists.ClassNames);
        Assert.All(
            new[] { lists.Train, lists.Validation!, lists.Test, lists.RealValidation! },
            items => Assert.All(items, item => Assert.Equal(lists.ClassNames[item.Label!.Value], item.ClassName)));
    }

    [Fact]
    public void ImageNet_has_no_validation_pictures_of_its_own()
    {
        FakeDatasets.Create("ImageNet", _root);

        ProtocolLists lists = Read("ImageNet");

        Assert.Null(lists.RealValidation);
        Assert.Equal(lists.Test, lists.Validation);
    }

    [Fact]
    public void New_classes_of_a_set_of_one_class_are_refused()
    {
        FakeDataset fake = FakeDatasets.Create("EuroSAT", _root);
        File.WriteAllText(
            fake.SplitFile!, """{"train": [["a.jpg", 0, "cat"]], "val": [], "test": [["b.jpg", 0, "cat"]]}""");

        Assert.Equal(
            "EuroSAT: no training pictures are left with DATASET.SUBSAMPLE_CLASSES 'new'. "
            + "The new classes of one class are none: use all or base.",
            Assert.Throws<PromptKDException>(() => Read("EuroSAT", "CoOp", classes: "new")).Message);
    }

    [Theory]
    [InlineData(
        """{"train": [["a.jpg", 0, "cat"], ["b.jpg", 2, "dog"]], "val": [], "test": [["c.jpg", 0, "cat"]]}""",
        "no training picture has the label 1")]
    [InlineData(
        """{"train": [["a.jpg", 0, "cat"], ["b.jpg", 1, "dog"]], "val": [], "test": []}""", "it has no test pictures")]
    [InlineData(
        """{"train": [["a.jpg", 0, "cat"], ["b.jpg", 1, "dog"]], "val": [], "test": [["c.jpg", 2, "cow"]]}""",
        "test pictures have labels that no training picture has: 2")]
    [InlineData(
        """{"train": [["a.jpg", 0, "cat"], ["b.jpg", 1, "dog"]], "val": [["c.jpg", 1, "cow"]], "test": [["d.jpg", 0, "cat"]]}""",
        "the label 1 has two names, 'dog' of '#/b.jpg' and 'cow' of '#/c.jpg'")]
    public void Parts_that_contradict_each_other_are_refused(string split, string fault)
    {
        FakeDataset fake = FakeDatasets.Create("EuroSAT", _root);
        File.WriteAllText(fake.SplitFile!, split);

        Assert.Equal(
            $"EuroSAT: {fault.Replace("#", fake.Images, StringComparison.Ordinal)}. DatasetReport.Of lists all faults.",
            Assert.Throws<PromptKDException>(() => Read("EuroSAT")).Message);
    }

    [Fact]
    public void A_list_of_no_validation_pictures_sets_none_aside()
    {
        FakeDataset fake = FakeDatasets.Create("EuroSAT", _root);
        File.WriteAllText(
            fake.SplitFile!,
            """{"train": [["a.jpg", 0, "cat"], ["b.jpg", 1, "dog"]], "val": [], "test": [["c.jpg", 0, "cat"]]}""");

        Assert.Null(DatasetCatalog.Find("EuroSAT").Read(
            _root, new PythonRandom(seed: 1), stop: TestContext.Current.CancellationToken).Validation);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<int> Labels(IReadOnlyList<PictureItem> items) =>
        items.Select(item => item.Label!.Value).Distinct().Order();

    private ProtocolLists Read(
        string name,
        string trainer = "CoOp",
        string classes = "all",
        int seed = 1,
        int shots = 0,
        Action<string>? warn = null) =>
        DatasetProtocol.Read(
            new DatasetConfig { Root = _root, Name = name, SubsampleClasses = classes, NumShots = shots },
            new ProtocolReading(seed) { BaseToNovel = trainer == "PromptKD", Warn = warn });
}
