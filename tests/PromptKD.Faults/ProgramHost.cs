using System.Diagnostics;
using System.Text.Json;

namespace PromptKD.Faults;

/// <summary>
/// The built program with <see cref="StartupHook"/> in it: one process for many runs, or one for each
/// (<paramref name="isFresh"/>), which is started as a user's shell would start it. Behind
/// <paramref name="patience"/> a run counts as hanging.
/// </summary>
internal sealed class ProgramHost(string program, string injected, bool isFresh, TimeSpan patience) : IDisposable
{
    private const long MostMemory = 4L << 30;
    private Process? _process;

    public HostAnswer Run(HostRequest request)
    {
        Process process = _process ??= Start();
        HostAnswer answer = Answer(process, request, patience);
        if (isFresh || answer.Code < 0 || answer.Memory > MostMemory)
        {
            Dispose();
        }

        return answer;
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                process.Kill();
            }

            process.Dispose();
            _process = null;
        }
    }

    private static HostAnswer Answer(Process process, HostRequest request, TimeSpan patience)
    {
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            return new HostAnswer(HostAnswer.Died, 0, 0);
        }

        Task<string?> line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(patience) && !line.Wait(TimeSpan.FromSeconds(10)))
        {
            // The second wait is for a driver that was stopped itself, longer than its patience.
            process.Kill();
            return new HostAnswer(HostAnswer.Hung, 0, 0);
        }

        return line.Result is { } text
            ? JsonSerializer.Deserialize<HostAnswer>(text)!
            : new HostAnswer(HostAnswer.Died, 0, 0);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment["LD_PRELOAD"] = injected;
        start.Environment["DOTNET_TieredPGO"] = "0"; // Hundreds of short runs: what is compiled need not be the best.
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["NO_COLOR"] = "1";
        start.Environment["SOURCE_DATE_EPOCH"] = "1577836800"; // The day that packages and pages name.
        start.Environment.Remove("PROMPTKD_CLIP_VOCAB"); // Would win over the one beside the demo's models.
        return Process.Start(start)!;
    }
}
