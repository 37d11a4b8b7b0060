using System.Diagnostics;
using PromptKD.Tests.Data;
using PromptKD.Tests.Data.Shards;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class StopSignalTests(DistilledRun run)
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Saves_the_run_and_exits_with_130(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process can send another.");
        string output = run.NewPath();
        using Process process = CliProgram.Start(run.Arguments(("--output", output), ("--epochs", "100000")));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await WaitForLine(process, "epoch 1: ", patience.Token);

        using (Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(patience.Token);
        }

        string[] rest = (await process.StandardError.ReadToEndAsync(patience.Token)).TrimEnd().Split('\n');
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("Stopped.", rest[^1]);
        Assert.Matches("^Saved behind .*: the same call goes on from there$", rest[^2]);
        Assert.True(File.Exists(Path.Combine(output, "checkpoints", "last.safetensors")));
        Assert.False(Directory.Exists(Path.Combine(output, "student")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stops_while_pictures_are_hashed_and_leaves_nothing(bool inShard)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process can send another.");
        string photos = run.NewPath(inShard ? ".tar" : "");
        Assert.SkipUnless(
            EndlessPictures.TryWrite(photos, inShard), "This file system has no files with holes so large.");
        string output = run.NewPath();
        using Process process = CliProgram.Start(
            run.Arguments(("--images", photos), ("--output", output), ("--val", null)));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await WaitForLine(process, "Hashing ", patience.Token);

        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(patience.Token);
        }

        string rest = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal((130, "Stopped."), (process.ExitCode, rest.TrimEnd()));
        Assert.All(
            Directory.GetFiles(output, "*", SearchOption.AllDirectories),
            file => Assert.Equal("log.txt", Path.GetFileName(file)));
        Assert.False(Directory.Exists(Path.Combine(output, "student")));
    }

    [Fact]
    public async Task Stops_while_the_pictures_of_a_parquet_shard_are_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process can send another.");
        string photos = run.NewPath(".parquet");
        byte[] picture = TestPictures.Gradient(64, 64);
        await ShardFixtures.WriteParquet(photos, [.. Enumerable.Repeat((picture, "cat"), 20_000)]);
        string output = run.NewPath();
        using Process process = CliProgram.Start(
            run.Arguments(("--images", photos), ("--output", output), ("--val", null)));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await WaitForLine(process, "Hashing ", patience.Token);

        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(patience.Token);
        }

        string rest = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal((130, "Stopped."), (process.ExitCode, rest.TrimEnd()));
        Assert.Equal(["log.txt"], Directory.GetFiles(output).Select(Path.GetFileName));
    }

    private static async Task WaitForLine(Process process, string start, CancellationToken patience)
    {
        while (await process.StandardError.ReadLineAsync(patience) is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The program ended without a line '{start}…'.");
    }
}
