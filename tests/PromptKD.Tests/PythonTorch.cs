using System.Diagnostics;

namespace PromptKD.Tests;

/// <summary>
/// A Python that has torch: a third party to read what we write. In CI it must be there; elsewhere tests skip.
/// </summary>
internal static class PythonTorch
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    // Debian's own Python first: its package python3-torch is not on the path of others.
    private static readonly Lazy<string?> s_program = new(() =>
        new[] { "/usr/bin/python3", "python3", "python" }.FirstOrDefault(
            name => Start(name, "import torch").Succeeded));

    /// <summary>Runs a program; skips the calling test where there is no such Python (fails it in CI).</summary>
    /// <param name="program">Python source.</param>
    /// <param name="arguments">Its <c>sys.argv[1:]</c>.</param>
    /// <returns>What it printed.</returns>
    public static string Run(string program, params string[] arguments)
    {
        if (s_program.Value is null)
        {
            Assert.False(
                Environment.GetEnvironmentVariable("CI") == "true", "CI must provide Python's torch: python3-torch.");
            Assert.Skip("Needs Python with torch, such as Debian's package python3-torch.");
        }

        (bool succeeded, string output, string error) = Start(s_program.Value, program, arguments);
        Assert.True(succeeded, error);
        return output;
    }

    private static (bool Succeeded, string Output, string Error) Start(
        string name, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, ["-c", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill();
            }

            return (process.ExitCode == 0, output.Result, error.Result);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (false, "", missing.Message);
        }
    }
}
