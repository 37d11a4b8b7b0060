using PromptKD.Cli.Commands;
using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli;

public sealed class MpirunTests
{
    private const string Rule = "--------------------------------------------------------------------------";

    [Theory]
    [InlineData("distill --processes 4 --lr 1", "distill --lr 1")]
    [InlineData("distill --lr 1 --processes=4", "distill --lr 1")]
    [InlineData("train --processes:2 SEED 3", "train SEED 3")]
    [InlineData("teach --seed 1", "teach --seed 1")]
    public void The_processes_are_not_told_how_many_to_start(string given, string expected) =>
        Assert.Equal(expected.Split(' '), ProcessesOption.Without(given.Split(' ')));

    [Fact]
    public void Names_the_process_that_was_killed() => Assert.Equal(
        [
            "epoch 1",
            "promptkd: process 3 of 4 (on node7) was ended by signal 9 (Killed), and so all were. The same command goes on from "
                + "the last checkpoint.",
        ],
        Show(
            "epoch 1",
            Rule,
            "mpirun noticed that process rank 2 with PID 0 on node node7 exited on signal 9 (Killed).",
            Rule));

    [Fact]
    public void Leaves_out_what_a_process_has_said_itself() => Assert.Equal(
        ["promptkd: No folder 'x'."],
        Show(
            "promptkd: No folder 'x'.",
            "mpirun: Forwarding signal 10 to job",
            Rule,
            "Primary job  terminated normally, but 1 process returned",
            "a non-zero exit code. Per user-direction, the job has been aborted.",
            Rule,
            Rule,
            "mpirun detected that one or more processes exited with non-zero status, thus causing",
            "the job to be terminated. The first process to do so was:",
            "",
            "  Process name: [[26061,1],0]",
            "  Exit code:    2",
            Rule));

    [Fact]
    public void Says_whatever_else_mpirun_says_in_one_line() => Assert.Equal(
        ["promptkd: mpirun: There are not enough slots available"],
        Show(Rule, "There are not enough slots", "available", Rule));

    private static string[] Show(params string[] lines)
    {
        var words = new MpirunWords(4);
        return [.. lines.Select(words.Take).OfType<string>()];
    }
}
