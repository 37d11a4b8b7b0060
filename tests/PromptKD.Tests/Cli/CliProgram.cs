using System.Diagnostics;

namespace PromptKD.Tests.Cli;

/// <summary>The built program, started the way a script starts it: no terminal, both outputs redirected.</summary>
internal static class CliProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs the program to its end.</summary>
    public static CliResult Run(params IEnumerable<string> arguments) => RunIn("", arguments);

    /// <summary>As <see cref="Run"/>, started in a folder; empty for the current one.</summary>
    public static CliResult RunIn(string folder, IEnumerable<string> arguments)
    {
        using Process process = Start(arguments, folder);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            Assert.Fail($"promptkd {string.Join(' ', arguments)} did not end within {s_patience}.");
        }

        return new CliResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts the program and leaves it running.</summary>
    public static Process Start(IEnumerable<string> arguments, string folder = "")
    {
        string program = Path.Combine(
            AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "PromptKD.Cli.exe" : "PromptKD.Cli");
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };

        // Models this small are not faster on two threads, and much slower where those have to wait for a core.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}

/// <summary>What a finished program left.</summary>
/// <param name="ExitCode">0, 1, 2 or 130.</param>
/// <param name="Output">Standard output: results.</param>
/// <param name="Error">Standard error: progress, warnings, the mistake.</param>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Lines of <see cref="Output"/>.</summary>
    public string[] OutputLines => Lines(Output);

    /// <summary>Lines of <see cref="Error"/>.</summary>
    public string[] ErrorLines => Lines(Error);

    /// <summary>Holds that the user was told, in one line, what to mend, and gives that line.</summary>
    public string Mistake()
    {
        Assert.True(ExitCode == 2, $"Exit code {ExitCode}, expected 2: {Error}");
        Assert.DoesNotContain('\u001b', Error + Output);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        string line = Assert.Single(
            ErrorLines, line => line.StartsWith("promptkd: ", StringComparison.Ordinal));
        Assert.Equal(ErrorLines[^1], line);
        return line;
    }

    /// <summary>Holds that the program did what it was asked.</summary>
    public CliResult Succeeds()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {Error}");
        Assert.DoesNotContain('\u001b', Error + Output);
        return this;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
