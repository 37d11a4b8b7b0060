using System.Diagnostics;
using System.Text.Json.Nodes;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Cli;

/// <summary>The program's tables, on fake data sets of four classes with tiny random CLIPs.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class BenchmarkCommandTests : IDisposable
{
    private const string Report = "report.md";
    private static readonly string[] s_datasets = ["DescribableTextures", "EuroSAT", "OxfordPets"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public BenchmarkCommandTests()
    {
        TinyClip.Write(In("teacher.safetensors"), TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(In("student.safetensors"), TinyClip.Architecture, seed: 1000);
        foreach (string dataset in s_datasets)
        {
            FakeDatasets.Create(dataset, In("data"));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Killed_twice_it_ends_in_the_same_report()
    {
        CliProgram.Run(Benchmark("whole", "base2new")).Succeeds();

        KillBehind(runs: 1);
        KillBehind(runs: 4);
        CliResult last = CliProgram.Run(Benchmark("killed", "base2new")).Succeeds();

        Assert.Equal(Read("whole", Report), Read("killed", Report));
        Assert.Equal(
            Read("whole", "report.html"), Read("killed", "report.html"));
        Assert.Equal(
            Read("whole", "results.csv"),
            Read("killed", "results.csv").Replace(In("killed"), In("whole"), StringComparison.Ordinal));
        Assert.Contains(last.ErrorLines, line => line.StartsWith("6 runs, ", StringComparison.Ordinal));
        Assert.Equal(7, Read("whole", "results.csv").TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void An_ablation_makes_its_teachers_and_its_students_and_puts_them_in_one_table()
    {
        // The value 2 stands behind three keys: the ablation's name moves no pair.
        string[] plan = Replace(Replace(Benchmark("teachers", "ablation"), "--datasets", "eurosat"), "--seeds", "1");
        int place = Array.IndexOf(plan, "ablation") + 1;
        string[] arguments =
        [
            .. plan[..place],
            "teachers",
            .. plan[place..Array.IndexOf(plan, "DISTILL.TEACHER_PROMPTS")],
            "--shots",
            "1",
            "DATASET.NUM_SHOTS", "2", "OPTIM.MAX_EPOCH", "2", "DATALOADER.TRAIN_X.BATCH_SIZE", "8",
            "DATALOADER.NUM_WORKERS", "1",
        ];

        CliResult first = CliProgram.Run(arguments);

        // Whose prompts PromptSRC's row has is not given here.
        Assert.Equal(2, first.ExitCode);
        Assert.Contains(
            "No learned prompts of a teacher for EuroSAT", first.Output + first.Error, StringComparison.Ordinal);
        string report = Read("teachers", Report);
        Assert.Contains("Give DISTILL.TEACHER_PROMPTS: a checkpoint", report, StringComparison.Ordinal);
        string heading = "## Table 6, how the teacher was made: EuroSAT (2 pictures a class, MAX_EPOCH=2)";
        string table = Assert.Single(
            report.Split("\n## "), part => $"## {part}".StartsWith(heading, StringComparison.Ordinal));
        Assert.Equal(
            ["CLIP", "CoOp", "CoCoOp", "MaPLe", "IVLP"],
            table.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2).Select(
                line => line.Split(' ')[1]));
        string[] students = [.. Directory.GetFiles(In("teachers"), "student.safetensors", SearchOption.AllDirectories)
            .Where(path => path.Contains("PromptKD", StringComparison.Ordinal))];
        Assert.Equal(5, students.Select(path => Convert.ToHexString(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))).Distinct().Count());

        CliResult again = CliProgram.Run(arguments);
        Assert.Contains("10 runs, 9 of them finished", again.ErrorLines);
        Assert.Equal(report, Read("teachers", Report));
    }

    [Fact]
    public void Compares_methods_and_finds_finished_runs_again()
    {
        string[] one = [.. Benchmark("methods", "base2new", "CoOp,MaPLe,ZeroshotCLIP"), "DATASET.NUM_SHOTS", "2"];
        string[] arguments = Replace(Replace(one, "--datasets", "eurosat"), "--seeds", "1");

        CliProgram.Run(arguments).Succeeds();
        CliResult again = CliProgram.Run(arguments).Succeeds();

        Assert.Contains("6 runs, 6 of them finished", again.ErrorLines);
        string report = Read("methods", Report);
        Assert.Contains("## Methods side by side", report, StringComparison.Ordinal);
        Assert.Contains("| EuroSAT | ZeroshotCLIP |", report, StringComparison.Ordinal);
        CliProgram.Run("report", In("methods"), "--output", In("again")).Succeeds();
        Assert.Equal(report, Read("again", Report));
    }

    // MaPLe's script tests base classes with the best epoch, here the first, since all are alike; new ones with the
    // last.
    [Fact]
    public void MaPLes_new_classes_are_tested_with_the_last_epoch_where_the_reference_is_asked_for()
    {
        string[] arguments = Replace(Benchmark("reference", "base2new", "MaPLe"), "--datasets", "eurosat");
        CliProgram.Run(
        [
            .. Replace(arguments, "--seeds", "1"), "--reference", "DATASET.NUM_SHOTS", "2",
            "TRAIN.CHECKPOINT_FREQ", "1", "OPTIM.LR", "1e-9", "OPTIM.MAX_EPOCH", "4",
        ]).Succeeds();

        string run = Path.Combine(In("reference"), "MaPLe", "eurosat", "seed1");
        Assert.Equal(1, Result(Path.Combine(run, "base"))["epoch"]!.GetValue<int>());
        Assert.Equal(4, Result(Path.Combine(run, "new"))["epoch"]!.GetValue<int>());
    }

    [Fact]
    public void Goes_on_with_the_others_where_a_data_set_is_not_there()
    {
        string[] arguments = Replace(
            Replace(Benchmark("part", "cross"), "--datasets", "food101,eurosat"), "--seeds", "1");

        CliResult result = CliProgram.Run(arguments);

        Assert.Equal(2, result.ExitCode);
        string report = Read("part", Report);
        Assert.Contains("| EuroSAT |", report, StringComparison.Ordinal);
        Assert.Contains("* PromptKD on Food101, seed 1: ", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_other_settings_is_refused()
    {
        string[] arguments = Replace(Replace(Benchmark("run", "cross"), "--datasets", "eurosat"), "--seeds", "1");
        CliProgram.Run(arguments).Succeeds();

        string mistake = CliProgram.Run([.. arguments, "OPTIM.LR", "0.5"]).Mistake();

        Assert.Contains("OPTIM.LR", mistake, StringComparison.Ordinal);
        Assert.Contains("was made with other settings", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--trainer", "PromtKD", "There is no method 'PromtKD' to benchmark. Known are PromptKD, PromptSRC,")]
    [InlineData("--datasets", "eurosatt", "eurosatt")]
    [InlineData("--seeds", "1,x", "--seeds: 'x' is no seed.")]
    public void A_plan_that_names_what_is_not_there_is_refused(string option, string value, string message) =>
        Assert.Contains(
            message,
            CliProgram.Run(Replace(Benchmark("none", "base2new"), option, value)).Mistake(),
            StringComparison.Ordinal);

    private static string[] Replace(string[] arguments, string option, string value)
    {
        int at = Array.IndexOf(arguments, option);
        return [.. arguments[..(at + 1)], value, .. arguments[(at + 2)..]];
    }

    private string[] Benchmark(string output, string protocol, string trainers = "PromptKD") =>
    [
        "benchmark", protocol, "--root", In("data"), "--output", In(output),
        "--datasets", string.Join(',', s_datasets), "--seeds", "1,2", "--trainer", trainers,
        "--teacher", In("teacher.safetensors"), "--student", In("student.safetensors"),
        "--vocab", TinyClip.Vocabulary, "--device", "cpu",
        "DISTILL.TEACHER_PROMPTS", "none", "OPTIM.MAX_EPOCH", "2", "DATALOADER.NUM_WORKERS", "1",
    ];

    private void KillBehind(int runs)
    {
        using Process process = CliProgram.Start(Benchmark("killed", "base2new"));
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.HasExited && Finished("killed") < runs)
        {
            Thread.Sleep(5);
        }

        Assert.False(process.HasExited);
        process.Kill();
        process.WaitForExit();
        Assert.InRange(Finished("killed"), runs, 5);
    }

    private int Finished(string output) => Directory.Exists(In(output))
        ? Directory.EnumerateFiles(In(output), "result.json", SearchOption.AllDirectories).Count()
        : 0;

    private static JsonNode Result(string run) => JsonNode.Parse(File.ReadAllText(Path.Combine(run, "result.json")))!;

    private string Read(string output, string file) => File.ReadAllText(Path.Combine(In(output), file));

    private string In(string name) => Path.Combine(_folder, name);
}
