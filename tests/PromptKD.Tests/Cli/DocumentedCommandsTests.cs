using System.Text.RegularExpressions;
using PromptKD.Data.Datasets;
using PromptKD.Golden;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Cli;

/// <summary>
/// Every <c>promptkd train</c> that the pages show, run as it stands on fake data with tiny random CLIPs.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed partial class DocumentedCommandsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public DocumentedCommandsTests()
    {
        // The student's features are the teacher's, or a method's own: one width serves both.
        TinyClip.Write(In("teacher.safetensors"), TinyClip.Architecture, seed: 1);
        TinyClip.Write(In("student.safetensors"), TinyClip.Architecture, seed: 1000);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("README.md", 2)]
    [InlineData("docs/reproduce.md", 15)]
    public void Run_on_fake_data(string page, int expected)
    {
        string[][] commands = [.. CommandsOf(File.ReadAllText(Path.Combine(ProjectFolder.Root, page)))];

        Assert.Equal(expected, commands.Length);
        foreach (string[] command in commands)
        {
            CreateDataset(command);
            CliResult result = CliProgram.Run([.. Placed(command), .. Tiny(ValueOf(command, "--trainer"))]);

            Assert.True(result.ExitCode == 0, $"{string.Join(' ', command)}: {result.Error}");
            Assert.Contains(result.OutputLines, line => line.StartsWith("* accuracy: ", StringComparison.Ordinal));
        }
    }

    // A line that ends in a backslash goes on.
    private static IEnumerable<string[]> CommandsOf(string page) => FencedBlock().Matches(page)
        .SelectMany(block => block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words is ["promptkd" or "./promptkd", "train", ..])
        .Select(words => words[1..]);

    private static string ValueOf(string[] command, string option) => command[Array.IndexOf(command, option) + 1];

    private void CreateDataset(string[] command)
    {
        var dataset = DatasetCatalog.Find(
            Path.GetFileNameWithoutExtension(ValueOf(command, "--dataset-config-file")));
        if (!Directory.Exists(Path.Combine(In("DATA"), dataset.Folder)))
        {
            FakeDatasets.Create(dataset.Name, In("DATA"));
        }
    }

    // The last epoch is the second one here.
    private IEnumerable<string> Placed(string[] command) => command.Select((word, at) =>
        at > 0 && command[at - 1] == "--load-epoch" ? "2" : Place(word));

    private string Place(string word) => word switch
    {
        "DATA" => In("DATA"),
        _ when word.StartsWith("configs/", StringComparison.Ordinal) => Path.Combine(ProjectFolder.Root, word),
        _ when word.StartsWith("output/", StringComparison.Ordinal) => In(word),
        _ => word,
    };

    private IEnumerable<string> Tiny(string trainer) =>
    [
        "OPTIM.MAX_EPOCH", "2", "DATALOADER.NUM_WORKERS", "1", "DEVICE", "cpu", "DATALOADER.TRAIN_X.BATCH_SIZE", "8",
        $"TRAINER.{(trainer == "ZeroshotCLIP" ? "COOP" : trainer.ToUpperInvariant())}.PREC",
        "fp32",
        "DISTILL.VOCAB",
        TinyClip.Vocabulary,
        "DISTILL.STUDENT", In("student.safetensors"), "DISTILL.TEACHER", In("teacher.safetensors"),
        "DISTILL.TEACHER_PROMPTS", "none",
    ];

    private string In(string name) => Path.Combine(_folder, name);

    [GeneratedRegex("```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex FencedBlock();
}
