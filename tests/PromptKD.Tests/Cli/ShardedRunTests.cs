using System.Text.Json.Nodes;
using PromptKD.Data.Pictures;
using PromptKD.Models.Weights;
using PromptKD.Tests.Data.Shards;

namespace PromptKD.Tests.Cli;

/// <summary>
/// The shared run once more, with its pictures in a tar archive and its test pictures in a parquet file.
/// </summary>
[Collection(CommandLine.Name)]
public sealed class ShardedRunTests(DistilledRun run)
{
    private const string StudentFile = "student.safetensors";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_the_student_that_the_same_pictures_in_folders_give()
    {
        string archive = run.NewPath(".tar");
        string table = run.NewPath(".parquet");
        string output = run.NewPath();
        ShardFixtures.WriteTar(archive, [.. PictureFolder.Unlabelled(run.Photos, Stop).Items.Select(item =>
            (Path.GetFileName(item.Path), File.ReadAllBytes(item.Path)))]);
        await ShardFixtures.WriteParquet(
            table, [.. PictureFolder.Labelled(run.TestPictures, stop: Stop).Items.Select(item =>
            (File.ReadAllBytes(item.Path), item.ClassName!))]);

        CliResult result = CliProgram.Run(run.Arguments(
            ("--images", archive), ("--val", table), ("--output", output)));

        result.Succeeds();
        string log = File.ReadAllText(Path.Combine(output, "log.txt"));
        Assert.Contains(DistilledRun.DamagedPicture, log, StringComparison.Ordinal);
        AssertSameTensors(run.Student, Path.Combine(output, "student"));
        Assert.Equal(AccuraciesOf(run.Output), AccuraciesOf(output));
    }

    private static void AssertSameTensors(string expectedPackage, string actualPackage)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = SafetensorsFile.Read(Path.Combine(expectedPackage, StudentFile));
        Dictionary<string, Tensor> actual = SafetensorsFile.Read(Path.Combine(actualPackage, StudentFile));
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, named => TensorAssert.SameBytes(named.Value, actual[named.Key]));
    }

    private static string[] AccuraciesOf(string output) =>
    [
        .. File.ReadLines(Path.Combine(output, "metrics.jsonl"))
            .Where(line => line.Contains("\"validation\"", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line)!["accuracy"]!.ToJsonString()),
    ];
}
