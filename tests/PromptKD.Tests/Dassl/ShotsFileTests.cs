using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Dassl;

public sealed class ShotsFileTests : IDisposable
{
    // CPython 3.11, pickle.dumps with protocol 5, of a dictionary of two lists of Datum(path, label, 0, class name):
    // train AnnualCrop_2 (0) and Forest_9 (1), val Forest_13 (1), below /data/their/eurosat/2750.
    private const string Theirs =
        "gAWVXQEAAAAAAAB9lCiMBXRyYWlulF2UKIwgZGFzc2wuZGF0YS5kYXRhc2V0cy5iYXNlX2RhdGFzZXSUjAVEYXR1bZSTlCmBlH2U"
        + "KIwHX2ltcGF0aJSMNC9kYXRhL3RoZWlyL2V1cm9zYXQvMjc1MC9Bbm51YWxDcm9wL0FubnVhbENyb3BfMi5qcGeUjAZfbGFiZWyU"
        + "SwCMB19kb21haW6USwCMCl9jbGFzc25hbWWUjBBBbm51YWwgQ3JvcCBMYW5klHViaAUpgZR9lChoCIwsL2RhdGEvdGhlaXIvZXVy"
        + "b3NhdC8yNzUwL0ZvcmVzdC9Gb3Jlc3RfOS5qcGeUaApLAWgLSwBoDIwGRm9yZXN0lHViZYwDdmFslF2UaAUpgZR9lChoCIwtL2Rh"
        + "dGEvdGhlaXIvZXVyb3NhdC8yNzUwL0ZvcmVzdC9Gb3Jlc3RfMTMuanBnlGgKSwFoC0sAaAxoEXViYXUu";

    // The class as Dassl has it: its constructor's names and defaults, and its properties.
    private const string ReadWithDassl = """
        import pickle, sys, types
        class Datum:
            def __init__(self, impath="", label=0, domain=0, classname=""):
                self._impath, self._label, self._domain, self._classname = impath, label, domain, classname
            impath = property(lambda self: self._impath)
            label = property(lambda self: self._label)
            domain = property(lambda self: self._domain)
            classname = property(lambda self: self._classname)
        for name in ("dassl", "dassl.data", "dassl.data.datasets", "dassl.data.datasets.base_dataset"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules[name].Datum = Datum
        with open(sys.argv[1], "rb") as file:
            data = pickle.load(file)
        for part in data:
            for one in data[part]:
                assert type(one) is Datum
                print(part, one.impath, one.label, one.domain, one.classname, sep="|")
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("promptkd-shots-").FullName;
    private readonly FakeDataset _fake;
    private readonly List<string> _said = [];

    public ShotsFileTests() => _fake = FakeDatasets.Create("EuroSAT", _root);

    private string Kept => Path.Combine(_fake.Folder, "split_fewshot", "shot_2-seed_3.pkl");

    [Fact]
    public void The_first_draw_goes_on_from_the_division_of_the_data_set_and_is_kept()
    {
        File.Delete(_fake.SplitFile!);

        ProtocolLists first = Read();
        ProtocolLists second = Read();

        // CPython 3.11: random.seed(3), random.shuffle of each folder's names, then random.sample of two of each class.
        Assert.Equal("1 3 9 15 19 17 32 27", Numbers(first.Train));
        Assert.Equal("7 2 10 13 21 24 29 26", Numbers(first.RealValidation!));
        Assert.Equal(first.Train, second.Train);
        Assert.Equal(first.RealValidation, second.RealValidation);
        Assert.Equal(
            [$"Saving preprocessed few-shot data to {Kept}", $"Loading preprocessed few-shot data from {Kept}"], _said);
    }

    [Fact]
    public void A_draw_that_is_kept_is_what_the_reference_reads()
    {
        ProtocolLists lists = Read();

        string[] theirs = PythonTorch.Run(ReadWithDassl, Kept).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            [.. lists.Train.Select(one => Line("train", one)), .. lists.RealValidation!.Select(
                one => Line("val", one))],
            theirs.Select(line => line.TrimEnd('\r')));

        static string Line(string part, PictureItem one) => $"{part}|{one.Path}|{one.Label}|0|{one.ClassName}";
    }

    [Fact]
    public void A_draw_that_the_reference_kept_is_taken_wherever_the_data_set_lay()
    {
        Write(Convert.FromBase64String(Theirs));

        ProtocolLists lists = Read();

        Assert.Equal("2 9", Numbers(lists.Train));
        Assert.Equal("13", Numbers(lists.RealValidation!));
        Assert.All(lists.Train, picture => Assert.True(File.Exists(picture.Path), picture.Path));
    }

    [Theory]
    [InlineData(
        "AnnualCrop_2",
        "AnnualCrop_7",
        "picture 1 of \"train\", '/data/their/eurosat/2750/AnnualCrop/AnnualCrop_7.jpg', is none that")]
    [InlineData(
        "Forest_9", "Forest_8", "picture 2 of \"train\", '/data/their/eurosat/2750/Forest/Forest_8.jpg', is none that")]
    [InlineData(
        "K\u0001",
        "K\u0002",
        "picture 2 of \"train\", '/data/their/eurosat/2750/Forest/Forest_9.jpg', has another label")]
    [InlineData("train", "tarin", "has no list \"train\"")]
    [InlineData("_impath", "_empath", "picture 1 of \"train\" is none of Dassl's")]
    public void A_draw_of_other_pictures_is_refused(string what, string by, string fault)
    {
        string text = System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(Theirs));
        Write(System.Text.Encoding.Latin1.GetBytes(text.Replace(what, by, StringComparison.Ordinal)));

        string message = Assert.Throws<PromptKDException>(Read).Message;

        Assert.StartsWith($"{Kept}: {fault}", message, StringComparison.Ordinal);
        Assert.EndsWith(" Delete it, and the pictures are drawn anew.", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(300)]
    public void A_draw_that_is_cut_off_is_refused(int length)
    {
        Write(Convert.FromBase64String(Theirs)[..length]);

        string message = Assert.Throws<PromptKDException>(Read).Message;

        Assert.StartsWith($"{Kept}: not a few-shot draw, cut short or damaged", message, StringComparison.Ordinal);
        Assert.EndsWith(" Delete it, and the pictures are drawn anew.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_can_be_kept_that_is_said_and_the_pictures_are_drawn()
    {
        File.WriteAllText(Path.Combine(_fake.Folder, "split_fewshot"), "in the way");
        List<string> warnings = [];

        ProtocolLists lists = Read(warnings.Add);

        Assert.Equal(2 * FakeDatasets.Classes, lists.Train.Count);
        Assert.Contains("Cannot write", Assert.Single(warnings), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Numbers(IEnumerable<PictureItem> items) => string.Join(
        ' ', items.Select(item => Path.GetFileNameWithoutExtension(item.Path).Split('_')[1]));

    private void Write(byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Kept)!);
        File.WriteAllBytes(Kept, bytes);
    }

    private ProtocolLists Read() => Read(warn: null);

    private ProtocolLists Read(Action<string>? warn) => DatasetProtocol.Read(
        new DatasetConfig { Root = _root, Name = "EuroSAT", SubsampleClasses = "all", NumShots = 2 },
        new ProtocolReading(3) { Warn = warn, Kept = new ShotsFile(_said.Add) },
        TestContext.Current.CancellationToken);
}
