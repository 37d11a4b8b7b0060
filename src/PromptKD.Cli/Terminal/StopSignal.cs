using System.Globalization;
using System.Runtime.InteropServices;
using PromptKD.Runtime.Processes;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Turns Ctrl-C, SIGTERM and a terminal that is closed (SIGHUP) into a cancellation, and for one of several processes
/// SIGUSR1; a second Ctrl-C ends the process at once.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),

        // mpirun hands it on to all processes, and goes on by itself.
        .. ProcessGroup.Count > 1 && !OperatingSystem.IsWindows()
            ? new[] { PosixSignalRegistration.Create((PosixSignal)(OperatingSystem.IsMacOS() ? 30 : 10), Stop) } : [],

        // nohup has it ignored, and means it.
        .. HangUpIsIgnored() ? [] : new[] { PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop) },
    ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        // A closed terminal tells the shell and its programs, and the shell tells them again.
        context.Cancel = !_source.IsCancellationRequested || context.Signal == PosixSignal.SIGHUP;
        _source.Cancel();
    }

    // Linux tells which signals a process ignores, as a hexadecimal mask; the first bit is that of SIGHUP.
    private static bool HangUpIsIgnored()
    {
        const string Status = "/proc/self/status";
        const string Ignored = "SigIgn:";
        try
        {
            string? line = !File.Exists(Status) ? null : File.ReadLines(Status)
                .FirstOrDefault(one => one.StartsWith(Ignored, StringComparison.Ordinal));
            return line is not null
                && ulong.TryParse(
                    line.AsSpan(Ignored.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
                    out ulong mask)
                && (mask & 1) != 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
