using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation.Probing;
using PromptKD.Golden;
using PromptKD.Runtime;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Evaluation.Probing;

/// <summary>
/// Probes on the catalogue's data sets: each fake class has 4 training, 2 validation and 2 test pictures.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ProbePicturesTests : IDisposable
{
    private static readonly string s_clip = Path.Combine(ProjectFolder.Root, "demo", "student");

    private readonly string _root = Directory.CreateTempSubdirectory().FullName;
    private readonly int _threads = get_num_threads();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Draws_of_a_seed_are_those_of_the_same_seed_in_NumPy()
    {
        // numpy.random.seed(2), then choice(range(4), 2, replace=False) for each class, then choice(range(2), 2)
        // likewise.
        int[][] train = [[2, 3], [0, 1], [3, 1], [0, 2]];
        int[][] validation = [[0, 1], [0, 1], [1, 0], [1, 0]];
        FakeDataset dataset = FakeDatasets.Create("OxfordPets", _root);

        (_, DatasetSplit drawn) = Draw("oxford_pets", shots: 2, seed: 2);

        Assert.Equal(Expected(dataset, "train", train), drawn.Train.Select(NameOf));
        Assert.Equal(Expected(dataset, "val", validation), drawn.Validation!.Select(NameOf));

        string NameOf(PictureItem item) => Path.GetRelativePath(dataset.Images, item.Path).Replace('\\', '/');
    }

    [Fact]
    public void Encodes_what_is_drawn_and_all_tests()
    {
        FakeDatasets.Create("OxfordPets", _root);

        (ProbePictures pictures, DatasetSplit drawn) = Draw("OxfordPets", shots: 1, seed: 1);

        Assert.Equal((4, 4, 8), (drawn.Train.Count, drawn.Validation!.Count, drawn.Test.Count));
        Assert.InRange(pictures.Encoded.Train.Count, 4, 8); // Of two seeds.
        Assert.Equal(8, pictures.Encoded.Test.Count);
        Assert.Equal(4, pictures.Classes);
        Assert.Equal(
            (false, false, "bicubic"),
            (pictures.Input.Upright, pictures.Input.Scale16Bit, pictures.Input.Interpolation));
    }

    [Fact]
    public void Validates_on_the_tests_where_nothing_is_set_aside()
    {
        FakeDatasets.Create("ImageNet", _root);

        (ProbePictures pictures, DatasetSplit drawn) = Draw("ImageNet", shots: 1, seed: 1);

        Assert.Equal(4, drawn.Validation!.Count);
        Assert.All(drawn.Validation, picture => Assert.Contains(picture, pictures.Encoded.Test));
    }

    [Fact]
    public void A_probe_of_a_data_set_learns_from_its_own_parts()
    {
        FakeDatasets.Create("EuroSAT", _root);
        LinearProbeRequest request = Request("eurosat") with { Shots = [1, 4, 8], Seeds = 2 };
        var watcher = new Watcher();

        IReadOnlyList<ProbeScore> scores = LinearProbe.Run(request, watcher, Stop);

        Assert.Equal([1, 4, 8], scores.Select(score => score.Shots));
        Assert.All(scores, score => Assert.Equal([1, 2], score.Runs.Select(run => run.Seed)));
        Assert.Equal(
            4, watcher.Warnings.Count(text => text.EndsWith("fewer than 8: all are taken", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Give Dataset and Root, or the class folders", "", "", "")]
    [InlineData("Give Dataset and Root, or the class folders", "", "ROOT", "train")]
    [InlineData("Root", "OxfordPets", "", "")]
    [InlineData("has its own parts", "OxfordPets", "ROOT", "train")]
    [InlineData("ImageNetV2 is made for tests only", "ImageNetV2", "ROOT", "")]
    [InlineData("No data set 'OxfordPet'. Did you mean OxfordPets?", "OxfordPet", "ROOT", "")]
    [InlineData("is missing. DatasetCatalog.Find says what", "OxfordPets", "ROOT", "")]
    public void Says_what_is_missing_or_too_much(string expected, string dataset, string root, string train)
    {
        LinearProbeRequest request = Request(dataset) with { Root = root == "ROOT" ? _root : root, Train = train };

        var fault = Assert.Throws<PromptKDException>(() => LinearProbe.Run(request, cancellationToken: Stop));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    private LinearProbeRequest Request(string dataset) =>
        new() { Clip = s_clip, Dataset = dataset, Root = _root, Precision = ComputePrecision.Fp32, Device = ComputeDevice.Cpu };

    private (ProbePictures Pictures, DatasetSplit Drawn) Draw(string dataset, int shots, int seed)
    {
        var pictures = ProbePictures.Of(
            Request(dataset) with { Shots = [shots], Seeds = 2 }, IRunObserver.Nobody, Stop);
        return (pictures, pictures.Draw(pictures.Encoded, shots, seed));
    }

    private static IEnumerable<string> Expected(FakeDataset dataset, string part, int[][] drawn) =>
        drawn.Index().SelectMany(ofClass =>
        {
            FakePicture[] all = [.. dataset.Pictures.Where(one => one.Label == ofClass.Index && one.Part == part)];
            return ofClass.Item.Select(place => all[place].Path);
        });

    private sealed class Watcher : IRunObserver
    {
        public List<string> Warnings { get; } = [];

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
