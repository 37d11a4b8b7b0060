using System.IO.Compression;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Features.Store;
using PromptKD.Golden;
using PromptKD.Tests.Data;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runs.Train;
using PromptKD.Training;

namespace PromptKD.Tests.Runs;

/// <summary>Stores of the catalogue's data sets, and trainings that learn from them.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class TrainStoreTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    private string Store => Path.Combine(_runs.Folder, "store");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("EuroSAT", "base2novel")]
    [InlineData("ImageNet", "base2novel")]
    [InlineData("Caltech101", "cross", "DATASET.SUBSAMPLE_CLASSES", "base")]
    [InlineData("OxfordPets", "cross", "DATASET.NUM_SHOTS", "1")]
    [InlineData("OxfordPets", "base2novel", "INPUT.RRCROP_SCALE", "[0.3, 0.4]")]
    [InlineData("OxfordPets", "base2novel", "INPUT.UPRIGHT", "True")]
    [InlineData("OxfordPets", "base2novel", "REFERENCE", "True")]
    public void Is_what_a_training_with_views_stores_byte_for_byte(string dataset, string modal, params string[] keys)
    {
        ExperimentConfig training = _runs.Config(dataset, modal, options: ["DISTILL.VIEWS", "2", .. keys]);
        Experiment.Train(training, new TrainingRequest(), cancellationToken: Stop);

        Assert.Equal(0, Experiment.StoreFeatures(
            Storing(dataset, ["TRAINER.MODAL", modal, .. keys]), StorePart.Whole, cancellationToken: Stop));

        Assert.Equal(Files(Path.Combine(_runs.Output("run"), "teacher-store")), Files(Store));
    }

    [Fact]
    public void Serves_a_training_that_opens_no_teacher_also_where_the_data_set_moved()
    {
        ExperimentConfig training = _runs.Config(options: ["DISTILL.VIEWS", "2"]);
        Experiment.Train(training, new TrainingRequest(), cancellationToken: Stop);
        Experiment.StoreFeatures(Storing("EuroSAT"), StorePart.Whole, cancellationToken: Stop);
        string moved = Path.Combine(_runs.Folder, "elsewhere");
        Directory.Move(_runs.Root, moved);
        string link = Path.Combine(_runs.Folder, "link");
        Directory.CreateSymbolicLink(link, moved);
        File.Delete(_runs.Teacher);

        foreach ((string run, string root) in new[] { ("moved", moved), ("linked", link) })
        {
            ExperimentConfig again = training with
            {
                OutputDir = _runs.Output(run),
                Dataset = training.Dataset with { Root = root },
                Distill = training.Distill with { Teacher = "", TeacherPrompts = "", Views = 0, Store = Store },
            };
            Experiment.Train(again, new TrainingRequest(), cancellationToken: Stop);
            Assert.Equal(Learned("run"), Learned(run));
        }
    }

    [Fact]
    public void Parts_join_to_what_one_process_makes_whatever_their_roots_are()
    {
        FakeDatasets.Enlarge(FakeDatasets.Create("OxfordPets", _runs.Root), pictures: 300); // A shard has 256.
        string whole = Path.Combine(_runs.Folder, "whole");
        ExperimentConfig config = Storing("oxford_pets");
        Experiment.StoreFeatures(In(config, whole), StorePart.Whole, cancellationToken: Stop);
        string[] roots = [Path.Combine(_runs.Folder, "moved"), Path.Combine(_runs.Folder, "link")];
        Directory.Move(_runs.Root, roots[0]);
        Directory.CreateSymbolicLink(roots[1], roots[0]);

        foreach ((int index, string root) in roots.Index())
        {
            ExperimentConfig part = config with { Dataset = config.Dataset with { Root = root } };
            Assert.Equal(1 - index, Experiment.StoreFeatures(part, new StorePart(index, 2), cancellationToken: Stop));
        }

        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(Store, "shards")).Count());
        Assert.Equal(Files(whole), Files(Store));
    }

    [Fact]
    public void Goes_on_where_it_was_stopped()
    {
        FakeDatasets.Create("EuroSAT", _runs.Root);
        string whole = Path.Combine(_runs.Folder, "whole");
        Experiment.StoreFeatures(In(Storing("EuroSAT"), whole), StorePart.Whole, cancellationToken: Stop);
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => Experiment.StoreFeatures(
            Storing("EuroSAT"), StorePart.Whole, new Watcher { Stored = stop.Cancel }, stop.Token));
        Assert.DoesNotContain(Files(Store).Keys, path => path.StartsWith("shards", StringComparison.Ordinal));
        Experiment.StoreFeatures(Storing("EuroSAT"), StorePart.Whole, cancellationToken: Stop);

        Assert.Equal(Files(whole), Files(Store));
    }

    [Fact]
    public void Reads_a_store_of_version_1_which_has_the_names_of_the_pictures_too()
    {
        // The list of names, as its SHA-256 was the digest before.
        FakeDatasets.Create("EuroSAT", _runs.Root);
        Experiment.StoreFeatures(Storing("EuroSAT"), StorePart.Whole, cancellationToken: Stop);
        using FileStream packed = File.OpenRead(Path.Combine(Store, "pictures.tsv.gz"));
        using var list = new GZipStream(packed, CompressionMode.Decompress);
        string names = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(list));
        StoreIndex older = StoreIndex.Read(Store) with { Version = 1, Pictures = names };
        File.WriteAllText(Path.Combine(Store, StoreIndex.FileName), older.ToJson());

        Experiment.StoreFeatures(Storing("EuroSAT"), StorePart.Whole, cancellationToken: Stop);

        Assert.Equal(older, StoreIndex.Read(Store));
        ExperimentConfig training = _runs.Config();
        DistillConfig stored = training.Distill with { Store = Store, Teacher = "", TeacherPrompts = "" };
        training = training with { Distill = stored };
        Experiment.Train(training, new TrainingRequest(), cancellationToken: Stop);
    }

    [Fact]
    public void Fits_a_store_of_the_folder_of_the_same_pictures()
    {
        FakeDatasets.Create("ImageNet", _runs.Root);
        ExperimentConfig ofDataset = Storing("ImageNet");
        string images = Path.Combine(_runs.Root, "imagenet", "images", "train");
        Experiment.StoreFeatures(
            ofDataset with
            {
                Dataset = new DatasetConfig(),
                Distill = ofDataset.Distill with { Images = images, TeacherPrompts = "" },
            },
            StorePart.Whole,
            cancellationToken: Stop);
        Dictionary<string, string> before = Files(Store);

        Experiment.StoreFeatures(ofDataset, StorePart.Whole, cancellationToken: Stop);

        Assert.All(before, file => Assert.Equal(file.Value, Files(Store)[file.Key]));
    }

    [Theory]
    [InlineData("another data set", "from other pictures: not one of its", "DATASET.NAME", "DescribableTextures")]
    [InlineData("other shots", "from other pictures: ", "SEED", "1", "DATASET.NUM_SHOTS", "2")]
    [InlineData("another teacher", "another 'teacher'", "DISTILL.TEACHER", "student")]
    [InlineData("other views", "another 'views'", "SEED", "2")]
    [InlineData("another number of views", "another 'viewCount'", "DISTILL.VIEWS", "3")]
    public void Refuses_a_store_of_something_else_in_one_line(string what, string expected, params string[] keys)
    {
        FakeDatasets.Create("EuroSAT", _runs.Root);
        FakeDataset textures = FakeDatasets.Create("DescribableTextures", _runs.Root);
        File.WriteAllBytes(Path.Combine(textures.Images, textures.Pictures[0].Path), TestPictures.Gradient(20, 30));
        Experiment.StoreFeatures(Storing("EuroSAT"), StorePart.Whole, cancellationToken: Stop);
        ExperimentConfig other = Storing(
            "EuroSAT", [.. keys.Select(key => key == "student" ? _runs.Student : key)]);

        var fault = Assert.Throws<PromptKDException>(
            () => Experiment.StoreFeatures(other, StorePart.Whole, cancellationToken: Stop));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.True(!fault.Message.Contains('\n', StringComparison.Ordinal), what);
    }

    [Theory]
    [InlineData("give 1 or more views", "DISTILL.VIEWS", "0")]
    [InlineData("SEED is -1", "SEED", "-1")]
    [InlineData("Leave one of Images and Dataset out", "DISTILL.IMAGES", "pictures")]
    [InlineData("Root", "DATASET.ROOT", "")]
    [InlineData(
        "No learned prompts of a teacher for EuroSAT", "DISTILL.TEACHER_PROMPTS", "", "DATASET.NAME", "eurosat")]
    [InlineData("No data set 'EuroSet'. Did you mean EuroSAT?", "DATASET.NAME", "EuroSet")]
    public void Says_what_is_missing_or_wrong(string expected, params string[] keys)
    {
        FakeDatasets.Create("EuroSAT", _runs.Root);

        var fault = Assert.Throws<PromptKDException>(
            () => Experiment.StoreFeatures(Storing("EuroSAT", keys), StorePart.Whole, cancellationToken: Stop));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_keys_that_train_reads_and_it_does_not()
    {
        FakeDatasets.Create("EuroSAT", _runs.Root);
        var watcher = new Watcher();

        Experiment.StoreFeatures(
            Storing("EuroSAT", ["OPTIM.LR", "1", "DISTILL.CLASSES", "['a', 'b']"]), StorePart.Whole, watcher, Stop);

        Assert.Contains(
            "OPTIM.LR, DISTILL.CLASSES have no effect in features --dataset with these settings.", watcher.Warnings);
    }

    [Fact]
    public void Begins_with_the_settings_of_the_published_trainer_files()
    {
        foreach (string file in new[] { "", "_cross_datasets" })
        {
            string yaml = Path.Combine(
                ProjectFolder.Root, "configs", "trainers", "PromptKD", $"vit_b16_c2_ep20_batch8_4+4ctx{file}.yaml");
            ExperimentConfig published = new ExperimentConfig().MergeFile(yaml);

            Assert.Equal(published.Input with { Size = [] }, DatasetFeaturesPreset.Config.Input with { Size = [] });
            Assert.Equal(published.DataLoader.TrainX, DatasetFeaturesPreset.Config.DataLoader.TrainX);
            Assert.Equal(published.Optim.MaxEpoch, DatasetFeaturesPreset.Config.Distill.Views);
            Assert.Equal(published.Trainer.PromptKD.CtxInit, DatasetFeaturesPreset.Config.Trainer.PromptKD.CtxInit);
            Assert.Equal(published.Trainer.PromptKD.Prec, DatasetFeaturesPreset.Config.Trainer.PromptKD.Prec);
        }
    }

    private ExperimentConfig Storing(string dataset, params string[] keys)
    {
        string[] own =
        [
            "DEVICE", "cpu", "DATASET.NAME", dataset, "DATASET.ROOT", _runs.Root, "TRAINER.PROMPTKD.PREC", "fp32",
            "DATALOADER.NUM_WORKERS", "1", "DISTILL.TEACHER", _runs.Teacher, "DISTILL.TEACHER_PROMPTS", "none",
            "DISTILL.VOCAB", TinyClip.Vocabulary, "DISTILL.VIEWS", "2", "DISTILL.STORE", Store,
        ];
        return DatasetFeaturesPreset.Config.MergeOverrides(own).MergeOverrides(keys);
    }

    private static ExperimentConfig In(ExperimentConfig config, string store) =>
        config with { Distill = config.Distill with { Store = store } };

    private Dictionary<string, string> Learned(string run) => _runs.Digests(run)
        .Where(file => file.Key.StartsWith("student", StringComparison.Ordinal))
        .Where(file => file.Key.EndsWith("safetensors", StringComparison.Ordinal))
        .ToDictionary();

    // Beside what is remembered of files, and how paths were spelt.
    private static Dictionary<string, string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) is not (".digests.tsv" or ".lock"))
            .ToDictionary(
                path => Path.GetRelativePath(folder, path),
                path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    private sealed class Watcher : ITrainingObserver
    {
        public List<string> Warnings { get; } = [];

        public Action? Stored { get; init; }

        public void OnStored(long done, long total) => Stored?.Invoke();

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
