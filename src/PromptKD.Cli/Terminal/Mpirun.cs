using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PromptKD.Cli.Commands;

namespace PromptKD.Cli.Terminal;

/// <summary>Starts the program several times, by Open MPI's mpirun, and ends with what it ends with.</summary>
internal static partial class Mpirun
{
    // mpirun hands both to all processes, and ends nothing by itself at the first.
    private const int Interrupt = 2;
    private static readonly int s_stop = OperatingSystem.IsMacOS() ? 30 : 10; // SIGUSR1

    /// <summary>Runs processes to their end.</summary>
    /// <param name="arguments">The command line of this program.</param>
    /// <param name="processes">How many.</param>
    /// <param name="stop">Asks all of them to stop behind the running step.</param>
    /// <returns>What they ended with.</returns>
    /// <exception cref="PromptKDException">There is no mpirun, or another one than Open MPI's.</exception>
    public static int Run(IReadOnlyList<string> arguments, int processes, CancellationToken stop)
    {
        RequireOpenMpi();
        using var mpirun = new Process { StartInfo = Describe(arguments, processes) };
        mpirun.Start();
        using CancellationTokenRegistration first = stop.Register(() => Send(mpirun, s_stop));
        using var second = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            if (stop.IsCancellationRequested)
            {
                Send(mpirun, Interrupt);
            }
        });
        var words = new MpirunWords(processes);
        while (mpirun.StandardError.ReadLine() is { } line)
        {
            if (words.Take(line) is { } shown)
            {
                Messages.Note(shown);
            }
        }

        mpirun.WaitForExit();
        return mpirun.ExitCode;
    }

    /// <summary>The call of mpirun: each process on cores of its own, and no more threads than cores.</summary>
    /// <param name="arguments">The command line of this program.</param>
    /// <param name="processes">How many.</param>
    internal static ProcessStartInfo Describe(IReadOnlyList<string> arguments, int processes)
    {
        string threads = (Environment.ProcessorCount / processes).ToString(CultureInfo.InvariantCulture);
        List<string> call =
        [
            "mpirun", "-n", processes.ToString(CultureInfo.InvariantCulture),
            "--use-hwthread-cpus", "--map-by", $"slot:PE={threads}", "--bind-to", "hwthread",
            .. Environment.IsPrivilegedProcess ? ["--allow-run-as-root"] : Array.Empty<string>(),
            Environment.ProcessPath!,

            // Where "dotnet" is the program, ours is its first argument.
            .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
                ? [Path.Combine(AppContext.BaseDirectory, "PromptKD.Cli.dll")]
                : Array.Empty<string>(),
            .. ProcessesOption.Without(arguments),
        ];

        // In a session of its own, Ctrl-C reaches it through us, and not beside us.
        if (Find("setsid") is not null)
        {
            call.Insert(0, "setsid");
        }

        var start = new ProcessStartInfo(call[0], call.Skip(1)) { RedirectStandardError = true };
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is not { Length: > 0 })
        {
            start.Environment["OMP_NUM_THREADS"] = threads;
        }

        return start;
    }

    private static void RequireOpenMpi()
    {
        if (Find("mpirun") is not { } path)
        {
            throw new PromptKDException(
                "--processes needs Open MPI's mpirun, which is not on this machine. Install it (Debian and Ubuntu: apt "
                + "install openmpi-bin), or leave --processes out.");
        }

        using Process asked = Process.Start(new ProcessStartInfo(path, ["--version"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string version = asked.StandardOutput.ReadToEnd().Split('\n')[0];
        if (!version.Contains("Open MPI", StringComparison.Ordinal)
            && !version.Contains("OpenRTE", StringComparison.Ordinal))
        {
            throw new PromptKDException(
                $"{path} is of '{version.Trim()}': --processes needs Open MPI's mpirun (Debian and Ubuntu: "
                + "openmpi-bin).");
        }
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static void Send(Process process, int signal)
    {
        if (!process.HasExited)
        {
            // Where this fails, it has ended since the question.
            _ = Send(process.Id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int process, int signal);
}
