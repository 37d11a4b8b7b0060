using System.Diagnostics;
using PromptKD.Golden;
using PromptKD.Teachers;
using PromptKD.Tests.Cli;
using YamlDotNet.RepresentationModel;

namespace PromptKD.Tests.Samples;

/// <summary>
/// The job files of <c>samples/cluster</c>, run as a cluster would: with its variables, on one machine.
/// </summary>
[Collection(CommandLine.Name)]
public sealed class ClusterSamplesTests(DistilledRun run)
{
    private static readonly string s_folder = Path.Combine(ProjectFolder.Root, "samples", "cluster");

    [Fact]
    public void The_Slurm_script_makes_a_store()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs bash.");
        string store = run.NewPath();
        string[] command =
            ["bash", Path.Combine(s_folder, "slurm-array.sh"), run.Photos, DistilledRun.TeacherFolder, store];

        Run(command, new()
        {
            ["PROMPTKD_FOLDER"] = AppContext.BaseDirectory,
            ["SLURM_ARRAY_TASK_ID"] = "1",
            ["SLURM_ARRAY_TASK_MIN"] = "1",
            ["SLURM_ARRAY_TASK_COUNT"] = "8",
        });

        Assert.Empty(TeacherStoring.Check(store, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_Slurm_script_says_what_is_not_given()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs bash.");
        using Process process = Start(["bash", Path.Combine(s_folder, "slurm-array.sh"), run.Photos], []);

        Assert.Contains(
            "the file or folder of the teacher", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
    }

    [Fact]
    public void The_Kubernetes_manifest_is_an_Indexed_Job_that_tells_its_pods_how_many_they_are()
    {
        YamlNode job = Manifest();

        Assert.Equal("batch/v1", Text(job["apiVersion"]));
        Assert.Equal("Job", Text(job["kind"]));
        YamlNode spec = job["spec"];
        Assert.Equal("Indexed", Text(spec["completionMode"]));
        Assert.Equal(Text(spec["completions"]), Environment(job)["JOB_COMPLETIONS"]);
        Assert.InRange(int.Parse(Text(spec["parallelism"])), 1, int.Parse(Text(spec["completions"])));
        Assert.Equal("Never", Text(spec["template"]["spec"]["restartPolicy"])); // As backoffLimitPerIndex requires.
    }

    [Fact]
    public void The_Kubernetes_manifest_mounts_the_volume_that_its_paths_are_on()
    {
        YamlNode pod = Manifest()["spec"]["template"]["spec"];

        YamlNode mount = Assert.Single((YamlSequenceNode)Container(Manifest())["volumeMounts"]);
        Assert.Equal(Text(Assert.Single((YamlSequenceNode)pod["volumes"])["name"]), Text(mount["name"]));
        Assert.All(
            Arguments(Manifest()).Where(argument => argument.Contains('/', StringComparison.Ordinal)),
            argument => Assert.Contains($"={Text(mount["mountPath"])}/", argument, StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_pod_of_the_Kubernetes_manifest_makes_a_store()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program of the manifest is one for Linux.");
        YamlNode job = Manifest();
        string store = run.NewPath();
        string program = Path.GetFileName(Text(Assert.Single((YamlSequenceNode)Container(job)["command"])));
        IEnumerable<string> arguments = Arguments(job).Select(argument => argument
            .Replace("/data/pictures", run.Photos, StringComparison.Ordinal)
            .Replace("/data/ViT-L-14.pt", DistilledRun.TeacherFolder, StringComparison.Ordinal)
            .Replace("/data/store", store, StringComparison.Ordinal));

        Run(
            [Path.Combine(AppContext.BaseDirectory, program), .. arguments],
            new(Environment(job)) { ["JOB_COMPLETION_INDEX"] = "0" });

        Assert.Empty(TeacherStoring.Check(store, TestContext.Current.CancellationToken));
    }

    private static YamlNode Manifest()
    {
        using var reader = new StreamReader(Path.Combine(s_folder, "indexed-job.yaml"));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return Assert.Single(yaml.Documents).RootNode;
    }

    private static YamlNode Container(YamlNode job) =>
        Assert.Single((YamlSequenceNode)job["spec"]["template"]["spec"]["containers"]);

    private static IEnumerable<string> Arguments(YamlNode job) =>
        ((YamlSequenceNode)Container(job)["args"]).Select(Text);

    private static Dictionary<string, string> Environment(YamlNode job) => ((YamlSequenceNode)Container(job)["env"])
        .ToDictionary(variable => Text(variable["name"]), variable => Text(variable["value"]));

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static void Run(string[] command, Dictionary<string, string> environment)
    {
        using Process process = Start(command, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode}: {error}");
        Assert.Contains("is complete", output.Result, StringComparison.Ordinal);
    }

    private static Process Start(string[] command, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
