using System.Diagnostics;
using System.Text.RegularExpressions;
using PromptKD.Golden;
using PromptKD.Tests.Cli;
using YamlDotNet.RepresentationModel;

namespace PromptKD.Tests.Samples;

/// <summary>The job files of <c>samples/cluster</c> whose processes learn together.</summary>
[Collection(CommandLine.Name)]
public sealed class SharedClusterSamplesTests(DistilledRun run)
{
    private static readonly string s_folder = Path.Combine(ProjectFolder.Root, "samples", "cluster");

    // The fields of kubeflow.org/v2beta1 that the operator's type definitions name; it refuses others.
    private static readonly string[] s_fields =
        ["launcherCreationPolicy", "mpiImplementation", "mpiReplicaSpecs", "runLauncherAsWorker", "runPolicy", "slotsPerWorker", "sshAuthMountPath"];

    private static readonly string[] s_policies =
        ["activeDeadlineSeconds", "backoffLimit", "cleanPodPolicy", "managedBy", "schedulingPolicy", "suspend", "ttlSecondsAfterFinished"];

    private static readonly string[] s_replica = ["replicas", "restartPolicy", "template"];

    [Fact]
    public void The_manifest_of_the_MPI_operator_has_its_fields()
    {
        YamlNode job = Manifest();

        Assert.Equal(("kubeflow.org/v2beta1", "MPIJob"), (Text(job["apiVersion"]), Text(job["kind"])));
        Assert.Empty(Keys(job["spec"]).Except(s_fields));
        Assert.Empty(Keys(job["spec"]["runPolicy"]).Except(s_policies));
        Assert.Equal(["Launcher", "Worker"], Keys(job["spec"]["mpiReplicaSpecs"]));
        Assert.All(
            ((YamlMappingNode)job["spec"]["mpiReplicaSpecs"]).Children.Values,
            replica => Assert.Empty(Keys(replica).Except(s_replica)));
        Assert.Equal("OpenMPI", Text(job["spec"]["mpiImplementation"]));
    }

    [Fact]
    public void The_manifest_starts_as_many_processes_as_its_workers_have_places_and_cores()
    {
        YamlNode spec = Manifest()["spec"];
        YamlNode worker = spec["mpiReplicaSpecs"]["Worker"];
        string[] call = [.. ((YamlSequenceNode)Container(spec["mpiReplicaSpecs"]["Launcher"])["args"]).Select(Text)];

        int slots = int.Parse(Text(spec["slotsPerWorker"]));
        Assert.Equal(slots * int.Parse(Text(worker["replicas"])), int.Parse(call[Array.IndexOf(call, "-n") + 1]));
        int threads = int.Parse(
            call.Single(word => word.StartsWith("OMP_NUM_THREADS=", StringComparison.Ordinal)).Split('=')[1]);
        Assert.Equal($"slot:PE={threads}", call[Array.IndexOf(call, "--map-by") + 1]);
        Assert.Equal(slots * threads, int.Parse(Text(Container(worker)["resources"]["requests"]["cpu"])));
    }

    [Fact]
    public void The_manifest_gives_options_that_there_are()
    {
        string help = CliProgram.Run("distill", "--help").Succeeds().Output;
        IEnumerable<string> options = ((YamlSequenceNode)Container(Manifest()["spec"]["mpiReplicaSpecs"]["Launcher"])["args"])
            .Select(Text).SkipWhile(word => word != "distill").Skip(1).Select(word => word.Split('=')[0]);

        Assert.All(options, option => Assert.Matches($@"(?m)^\s+{Regex.Escape(option)}\s", help));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_Slurm_script_learns_with_the_processes_that_srun_starts(bool whileFilling)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs bash.");
        Assert.SkipUnless(Find("mpirun") is not null, "Needs Open MPI's mpirun.");

        // An srun that hands its command to mpirun: nodes are not to be had here.
        string folder = Directory.CreateDirectory(run.NewPath()).FullName;
        string srun = Path.Combine(folder, "srun");
        File.WriteAllText(srun, """
            #!/usr/bin/env bash
            [ "$1" = --mpi=pmix ] && [ "$2" = --cpu-bind=cores ] || exit 9
            exec mpirun --oversubscribe --bind-to none --mca mpi_yield_when_idle 1 -n 2 "${@:3}" --epochs 1 --recipe paper
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(srun, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        string store = run.NewPath(), output = run.NewPath();
        var start = new ProcessStartInfo(
            "bash",
            [
                Path.Combine(s_folder, "slurm-mpi.sh"), run.Photos, Path.Combine(run.Pictures, "classes.txt"),
                DistilledRun.TeacherFolder, DistilledRun.StudentFolder, output,
                .. whileFilling ? [store] : (string[])[],
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{folder}{Path.PathSeparator}{start.Environment["PATH"]}";
        start.Environment["PROMPTKD_FOLDER"] = AppContext.BaseDirectory;
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1";
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        using Process process = Process.Start(start)!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        if (whileFilling)
        {
            CliProgram.Run(
                "features", "--images", run.Photos, "--teacher", DistilledRun.TeacherFolder, "--views", "1",
                "--precision", "fp32",
                "--output", store).Succeeds();
        }

        Task<string> said = process.StandardOutput.ReadToEndAsync(cancellation);
        string error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);

        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode}: {error}{await said}");
        Assert.Contains("2 processes: ", File.ReadAllText(Path.Combine(output, "log.txt")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(output, "student", "model.json")));
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static YamlNode Manifest()
    {
        using var reader = new StreamReader(Path.Combine(s_folder, "mpi-job.yaml"));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return Assert.Single(yaml.Documents).RootNode;
    }

    private static YamlNode Container(YamlNode replica) =>
        Assert.Single((YamlSequenceNode)replica["template"]["spec"]["containers"]);

    private static string[] Keys(YamlNode node) => [.. ((YamlMappingNode)node).Children.Keys.Select(Text)];

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
