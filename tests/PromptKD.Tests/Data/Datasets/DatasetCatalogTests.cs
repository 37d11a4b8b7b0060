using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Golden;
using PromptKD.Text;

namespace PromptKD.Tests.Data.Datasets;

public sealed class DatasetCatalogTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("promptkd-datasets-").FullName;

    [Fact]
    public void Every_configuration_of_a_data_set_has_a_row_of_its_name()
    {
        string folder = Path.Combine(ProjectFolder.Root, "configs", "datasets");
        Dictionary<string, string> files = Directory.EnumerateFiles(folder, "*.yaml").ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path => new ExperimentConfig().MergeFile(path).Dataset.Name);

        Assert.Equal(
            files.OrderBy(file => file.Key, StringComparer.Ordinal),
            DatasetCatalog.All.ToDictionary(entry => entry.Config, entry => entry.Name)
                .OrderBy(row => row.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Templates_are_those_of_zero_shot_clip() => Assert.All(
        DatasetCatalog.All, entry => Assert.Equal(PromptTemplates.ForDataset(entry.Name).Pattern, entry.Template));

    [Fact]
    public void Every_data_set_is_in_the_guide_with_its_page_and_files()
    {
        string guide = File.ReadAllText(Path.Combine(ProjectFolder.Root, "docs", "datasets.md"));

        Assert.All(DatasetCatalog.All, entry =>
        {
            string section = guide.Split($"### {entry.Name}\n")[1].Split("\n##")[0];
            Assert.Contains(entry.Home.OriginalString, section, StringComparison.Ordinal);
            Assert.Contains($"{entry.Folder}/", section, StringComparison.Ordinal);
            Assert.Contains(entry.Images, section, StringComparison.Ordinal);
            Assert.All(
                entry.Sources.Append(entry.SplitFile ?? "").SelectMany(path => path.Split('/')),
                part => Assert.Contains(part, section, StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("EuroSAT")]
    [InlineData("eurosat")]
    [InlineData("EUROSAT")]
    public void Names_are_found_in_any_case(string name) => Assert.Equal("EuroSAT", DatasetCatalog.Find(name).Name);

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest() => Assert.Equal(
        "No data set 'FoodOne'. Did you mean Food101? DatasetCatalog.All names all.",
        Assert.Throws<PromptKDException>(() => DatasetCatalog.Find("FoodOne")).Message);

    [Theory]
    [MemberData(nameof(FakeDatasets.Names), MemberType = typeof(FakeDatasets))]
    public void A_data_set_is_read_where_and_as_it_is_published(string name)
    {
        FakeDataset fake = FakeDatasets.Create(name, _root);
        DatasetEntry entry = DatasetCatalog.Find(name);

        DatasetSplit split = entry.Reader.Read(entry.Below(_root), new PythonRandom(1));

        Assert.Equal(Expected(fake, "test"), Rows(split.Test));
        if (entry.IsTestOnly)
        {
            Assert.Equal(Rows(split.Test), Rows(split.Train));
            Assert.Null(split.Validation);
            return;
        }

        // ImageNet sets nothing aside for validation: what the fake calls so lies in its folder train.
        bool hasValidation = name != "ImageNet";
        Assert.Equal(Expected(fake, "train", hasValidation ? "train" : "val"), Rows(split.Train));
        Assert.Equal(hasValidation ? Expected(fake, "val") : null, split.Validation is { } items ? Rows(items) : null);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<string> Expected(FakeDataset fake, params string[] parts) => fake.Pictures
        .Where(picture => parts.Contains(picture.Part))
        .Select(picture => $"{Path.GetFullPath(Path.Combine(fake.Images, picture.Path))} {picture.Label} {picture.ClassName}")
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Rows(IReadOnlyList<PictureItem> items) =>
        items.Select(item => $"{item.Path} {item.Label} {item.ClassName}").Order(StringComparer.Ordinal);
}
