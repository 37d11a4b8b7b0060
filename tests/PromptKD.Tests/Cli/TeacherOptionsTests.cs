using PromptKD.Configuration;

namespace PromptKD.Tests.Cli;

/// <summary>Several teachers on the command line.</summary>
[Collection(CommandLine.Name)]
public sealed class TeacherOptionsTests(DistilledRun run)
{
    [Fact]
    public void Shows_each_teacher_their_combination_and_the_student()
    {
        string output = run.NewPath();
        CliResult result = CliProgram.Run(
        [
            .. run.Arguments(("--output", output), ("--epochs", "1"), ("--teacher-weights", "0.75,0.25")),
            "--teacher", DistilledRun.StudentFolder,
        ]).Succeeds();

        Assert.Equal(
            ["teacher 1", "teacher 2", "teachers combined", "student as it came", "student"],
            result.OutputLines[1..6].Select(line => line.Split("  ")[0]));
        DistillConfig written = new ExperimentConfig().MergeFile(Path.Combine(output, "config.yaml")).Distill;
        Assert.Equal(DistilledRun.TeacherFolder, written.Teacher);
        Assert.Equal([DistilledRun.StudentFolder], written.FurtherTeachers);
        Assert.Equal([0.75, 0.25], written.TeacherWeights);
    }

    [Theory]
    [InlineData("--teacher-prompts is given once for 2 teachers", "--teacher", "b", "--teacher-prompts", "p")]
    [InlineData("--store is given once for 2 teachers", "--teacher", "b", "--store", "s")]
    [InlineData("--teacher is given once for 2 teachers", "--store", "s", "--store", "t")]
    [InlineData("Teacher 2 is neither a CLIP nor a store", "--teacher", "-")]
    [InlineData("DISTILL.TEACHER_WEIGHTS is [1.0, 2.0]: 2 for 1 teachers", "--teacher-weights", "1,2")]
    [InlineData("--teacher-weights is '1;2', expected a number", "--teacher-weights", "1;2")]
    [InlineData("--teacher-weights is '-1,2', expected a number", "--teacher-weights", "-1,2")]
    [InlineData(
        "TRAINER.PROMPTKD.LOSS l1 compares features with the teacher's, but there are several teachers",
        "--teacher", "b", "TRAINER.PROMPTKD.LOSS", "l1")]
    [InlineData("p: there is no such file", "--teacher", "b", "--teacher-prompts", "p", "--teacher-prompts", "-")]
    public void Refuses_what_does_not_fit_the_teachers(string expected, params string[] options)
    {
        CliResult result = CliProgram.Run([.. run.Arguments(("--output", run.NewPath())), .. options]);

        Assert.Contains(expected, result.Mistake(), StringComparison.Ordinal);
    }
}
