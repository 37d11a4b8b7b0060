using System.Text.Json;
using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class ProbeCommandTests(DistilledRun run)
{
    [Fact]
    public void Prints_a_row_for_each_number_of_shots()
    {
        CliResult result = CliProgram.Run(Arguments("--shots", "1", "--seeds", "1")).Succeeds();

        Assert.Matches("^shots +accuracy +deviation +seeds$", result.OutputLines[0]);
        Assert.Matches(@"^1 +\d+\.\d % +0\.0 +1$", Assert.Single(result.OutputLines[1..]));
    }

    [Fact]
    public void Prints_each_draw_as_json()
    {
        CliResult result = CliProgram.Run(Arguments("--shots", "1", "--seeds", "1", "--json")).Succeeds();

        JsonElement score = JsonDocument.Parse(Assert.Single(result.OutputLines)).RootElement;
        JsonElement draw = Assert.Single(score.GetProperty("runs").EnumerateArray());
        Assert.Equal(1, draw.GetProperty("seed").GetInt32());
        Assert.Equal(
            score.GetProperty("accuracy").GetProperty("mean").GetDouble(), draw.GetProperty("test").GetDouble());
    }

    // With all pictures of a class drawn, the parts of a data set are those of folders that hold the same pictures.
    [Fact]
    public void Probes_a_data_set_of_the_paper_by_its_own_parts()
    {
        string root = Directory.CreateTempSubdirectory().FullName;
        FakeDataset dataset = FakeDatasets.Create("EuroSAT", root);
        foreach (FakePicture picture in dataset.Pictures)
        {
            string folder = Path.Combine(root, picture.Part, picture.ClassName);
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(dataset.Images, picture.Path), Path.Combine(folder, Path.GetFileName(picture.Path)));
        }

        string[] common = ["--clip", DistilledRun.StudentFolder, "--precision", "fp32", "--shots", "4", "--seeds", "1"];
        CliResult ofFolders = CliProgram.Run(
        [
            "probe", "--train", Path.Combine(root, "train"), "--val", Path.Combine(root, "val"),
            "--test", Path.Combine(root, "test"), .. common,
        ]).Succeeds();
        CliResult ofDataset = CliProgram.Run(["probe", "--dataset", "eurosat", "--root", root, .. common]).Succeeds();

        Assert.Equal(ofFolders.Output, ofDataset.Output);
        Assert.Matches(@"^4 +\d+\.\d % +0\.0 +1$", ofDataset.OutputLines[1]);
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("--shots is '0', expected whole numbers", "--shots", "0")]
    [InlineData("--shots is 'few', expected whole numbers", "--shots", "few")]
    [InlineData("--seeds is 0; give 1 or more", "--seeds", "0")]
    public void Refuses_a_value_that_makes_no_sense(string expected, params string[] options) => Assert.Contains(
        expected, CliProgram.Run(Arguments(options)).Mistake(), StringComparison.Ordinal);

    private IEnumerable<string> Arguments(params string[] options) =>
    [
        "probe", "--clip", DistilledRun.StudentFolder, "--train", run.TestPictures, "--val", run.TestPictures,
        "--test", run.TestPictures, "--precision", "fp32", .. options,
    ];
}
