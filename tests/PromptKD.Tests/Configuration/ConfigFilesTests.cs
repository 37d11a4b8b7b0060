using PromptKD.Configuration;
using PromptKD.Golden;

namespace PromptKD.Tests.Configuration;

/// <summary>The files in <c>configs/</c>, and what <c>docs/configuration.md</c> says about keys.</summary>
public sealed class ConfigFilesTests
{
    private static readonly string s_configs = Path.Combine(ProjectFolder.Root, "configs");

    public static TheoryData<string> Files => FilesBelow("");

    public static TheoryData<string> Trainers => FilesBelow("trainers");

    /// <summary>The data sets for which the authors use another weight than 1000.</summary>
    public static TheoryData<string, string, double> Datasets => new()
    {
        { "caltech101", "Caltech101", 1000 },
        { "dtd", "DescribableTextures", 200 },
        { "eurosat", "EuroSAT", 1000 },
        { "fgvc_aircraft", "FGVCAircraft", 200 },
        { "food101", "Food101", 1000 },
        { "imagenet", "ImageNet", 1000 },
        { "imagenet_a", "ImageNetA", 1000 },
        { "imagenet_r", "ImageNetR", 1000 },
        { "imagenet_sketch", "ImageNetSketch", 1000 },
        { "imagenetv2", "ImageNetV2", 1000 },
        { "oxford_flowers", "OxfordFlowers", 200 },
        { "oxford_pets", "OxfordPets", 1000 },
        { "stanford_cars", "StanfordCars", 1000 },
        { "sun397", "SUN397", 1000 },
        { "ucf101", "UCF101", 1000 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_changes_something_and_sets_no_key_without_effect(string file)
    {
        ExperimentConfig config = new ExperimentConfig().MergeFile(Path.Combine(s_configs, file));

        Assert.NotEqual(new ExperimentConfig(), config);
        Assert.Empty(config.KeysWithoutEffect());
    }

    [Theory]
    [MemberData(nameof(Trainers))]
    public void Every_trainer_file_names_its_own_path_in_its_command(string file) =>
        Assert.Contains(
            $"--config-file configs/{file} ",
            File.ReadAllText(Path.Combine(s_configs, file)),
            StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Datasets))]
    public void A_data_set_file_names_it_and_its_loss_weight_survives_the_trainer_file(
        string file,
        string name,
        double weight)
    {
        ExperimentConfig config = new ExperimentConfig()
            .MergeFile(Path.Combine(s_configs, "datasets", $"{file}.yaml"))
            .MergeFile(Path.Combine(s_configs, "trainers", "PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx.yaml"));

        Assert.Equal(name, config.Dataset.Name);
        Assert.Equal(weight, config.Trainer.PromptKD.KdWeight);
    }

    [Fact]
    public void Every_data_set_file_is_tested() =>
        Assert.Equal(
            Directory.GetFiles(Path.Combine(s_configs, "datasets")).Select(Path.GetFileNameWithoutExtension).Order(),
            Datasets.Select(row => row.Data.Item1).Order());

    [Fact]
    public void The_documentation_lists_exactly_our_own_keys()
    {
        string[] lines = File.ReadAllLines(Path.Combine(ProjectFolder.Root, "docs", "configuration.md"));

        IEnumerable<string> documented = lines
            .SkipWhile(line => line != "## Our own keys")
            .TakeWhile(line => line != "## Keys without effect")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => string.Join(" = ", line.Split('`')[1], line.Split('`')[3]));

        Assert.Equal(
            ConfigTree.Keys
                .Where(key => key.IsOwn)
                .Select(key => $"{key.Name} = {key.Default as string ?? ConfigValue.Show(key.Default)}")
                .Order(),
            documented.Order());
    }

    private static TheoryData<string> FilesBelow(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(s_configs, folder), "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(s_configs, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];
}
