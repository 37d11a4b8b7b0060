using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Cli;

/// <summary>
/// <c>benchmark cross</c> and <c>benchmark dg</c> through the program: which epoch is kept, which files there are, and
/// the report's row beside that of the paper.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed partial class TransferCommandTests(TransferCommandTests.Place place)
    : IClassFixture<TransferCommandTests.Place>
{
    private const int Epochs = 20;
    private const string Transfer = "vit_b16_c2_ep20_batch8_4+4ctx_cross_datasets.yaml";

    // The paper's numbers are those of Tables 2 and 9. Dassl's engine keeps the first of the best on its "val", which
    // for PromptKD is the test list; sets that are made for tests only have no validation pictures.
    [Theory]
    [InlineData("cross", "eurosat", "EuroSAT", false, "best on validation images", 63.74)]
    [InlineData("cross", "eurosat", "EuroSAT", true, "best on test images", 63.74)]
    [InlineData("dg", "imagenet_a", "ImageNetA", false, "last epoch", 70.36)]
    [InlineData("dg", "imagenet_a", "ImageNetA", true, "best on test images", 70.36)]
    public void PromptKD_learns_from_the_data_set_that_it_is_tested_on(
        string table, string dataset, string name, bool isReference, string selection, double paper)
    {
        string output = $"{table}-{isReference}";
        place.Folder.Run(
            "benchmark", table, "--root", "data", "--output", output, "--datasets", dataset, "--seeds", "1",
            "REFERENCE", $"{isReference}", "TRAIN.CHECKPOINT_FREQ", "1").Succeeds();

        string run = place.Folder.In(output, "PromptKD", dataset, "seed1");
        JsonNode result = Result(run);
        int epoch = result["epoch"]!.GetValue<int>();
        double accuracy = result["accuracy"]!.GetValue<double>();
        double[] printed = Printed(run);
        bool isBest = selection != "last epoch";
        Assert.Equal(isBest ? Array.IndexOf(printed, printed[..^1].Max()) + 1 : Epochs, epoch);
        Assert.Equal(isBest ? Epochs + 1 : 1, printed.Length);
        Assert.Equal(accuracy, Evaluated(run, dataset, "PromptKD", Transfer, epoch, "TRAINER.MODAL", "cross"));
        if (isReference)
        {
            Assert.Equal(printed.Max(), accuracy, 0.05);
        }

        Assert.Equal(isBest, File.Exists(Path.Combine(run, "VLPromptLearner", "model-best.pth.tar")));
        Assert.True(File.Exists(Path.Combine(run, "student", "student.safetensors")));
        Assert.Contains(Row(name, accuracy, paper, selection), Report(output));
    }

    // Two epochs of two pictures a class are not what is behind the paper's 46.39 for EuroSAT.
    [Theory]
    [InlineData("cross", "eurosat", "EuroSAT")]
    [InlineData("dg", "imagenet_a", "ImageNetA")]
    public void A_labelled_method_learns_from_ImageNet_once_and_is_tested_elsewhere(
        string table, string dataset, string name)
    {
        string output = $"{table}-labelled";
        string other = table == "cross" ? "dtd" : "imagenetv2";
        place.Folder.Run(
            "benchmark", table, "--root", "data", "--output", output, "--datasets", $"{dataset},{other}",
            "--seeds", "1", "--trainer", "CoOp", "--shots", "2", "OPTIM.MAX_EPOCH", "2").Succeeds();

        string[] runs = Directory.GetFiles(place.Folder.In(output), "result.json", SearchOption.AllDirectories);
        Assert.Equal(
            new[] { dataset, "imagenet", other }.Order(),
            runs.Select(path => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)))!).Order());
        string learned = place.Folder.In(output, "CoOp", "imagenet", "seed1");
        string tested = place.Folder.In(output, "CoOp", dataset, "seed1");
        Assert.Equal("ImageNet", Result(tested)["learnedOn"]!.GetValue<string>());
        Assert.Equal(
            ["model.pth.tar-2"],
            Directory.GetFiles(
                place.Folder.In(output), "model*", SearchOption.AllDirectories).Select(Path.GetFileName));
        double accuracy = Result(tested)["accuracy"]!.GetValue<double>();
        Assert.Equal(
            accuracy, Evaluated(learned, dataset, "CoOp", "vit_b16_ep50_ctxv1.yaml", 2, "OPTIM.MAX_EPOCH", "2"));
        Assert.Equal("MAX_EPOCH=2", Result(learned)["variant"]!.GetValue<string>());
        Assert.Equal("MAX_EPOCH=2 NUM_SHOTS=2", Result(tested)["variant"]!.GetValue<string>());
        Assert.Contains(Row(name, accuracy, paper: null, selection: ""), Report(output));
        Assert.Contains("CoOp, MAX_EPOCH=2 NUM_SHOTS=2, ", Report(output), StringComparison.Ordinal);
    }

    private static JsonNode Result(string run) => JsonNode.Parse(File.ReadAllText(Path.Combine(run, "result.json")))!;

    // As Dassl's own parser of logs finds them.
    private static double[] Printed(string run) =>
    [
        .. Accuracy().Matches(File.ReadAllText(Path.Combine(run, "log.txt")))
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)),
    ];

    [GeneratedRegex(@"^\* accuracy: ([0-9.]+)%", RegexOptions.Multiline)]
    private static partial Regex Accuracy();

    private static string Row(string name, double accuracy, double? paper, string selection) => paper is { } theirs
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {accuracy:0.00} | {theirs:0.00} | {accuracy - theirs:+0.00;−0.00;0.00} | 1 | {selection} |")
        : string.Create(CultureInfo.InvariantCulture, $"| {name} | {accuracy:0.00} | – | – | 1 | {selection} |");

    private string Report(string output) => File.ReadAllText(place.Folder.In(output, "report.md"));

    // The checkpoint of one epoch, measured by itself.
    private double Evaluated(
        string run, string dataset, string trainer, string file, int epoch, params string[] settings)
    {
        string output = run + "-evaluated";
        place.Folder.Run(
        [
            "train", "--root", "data", "--seed", "1", "--trainer", trainer, "--output-dir", output,
            "--dataset-config-file", PaperFolder.Configs("datasets", $"{dataset}.yaml"),
            "--config-file", PaperFolder.Configs("trainers", trainer, file),
            "--eval-only", "--model-dir", run, "--load-epoch", epoch.ToString(CultureInfo.InvariantCulture),
            .. settings,
        ]).Succeeds();
        return Result(output)["accuracy"]!.GetValue<double>();
    }

    /// <summary>The folder that the program is started in.</summary>
    public sealed class Place : IDisposable
    {
        internal PaperFolder Folder { get; } =
            new("EuroSAT", "ImageNetA", "ImageNetV2", "DescribableTextures");

        public void Dispose() => Folder.Dispose();
    }
}
