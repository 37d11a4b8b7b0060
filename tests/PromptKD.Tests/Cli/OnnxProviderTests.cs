namespace PromptKD.Tests.Cli;

/// <summary><c>--onnx-provider</c> in every verb that takes a model of ONNX files.</summary>
[Collection(CommandLine.Name)]
public sealed class OnnxProviderTests(DistilledRun run)
{
    public static TheoryData<string> Verbs =>
        ["distill", "features", "preview", "embed", "classes", "predict", "evaluate", "serve"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void An_unknown_one_is_refused_with_those_that_are_there(string verb)
    {
        string mistake = CliProgram.Run([.. Line(verb), "--onnx-provider", "Abacus"]).Mistake();

        Assert.Contains(
            "There is no execution provider 'Abacus' in this ONNX Runtime, but ", mistake, StringComparison.Ordinal);
        Assert.Contains("CPU", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_that_is_there_computes() =>
        CliProgram.Run([.. Line("predict"), "--onnx-provider", "CPUExecutionProvider"]).Succeeds();

    private string[] Line(string verb)
    {
        string[] teacher = ["--teacher", DistilledRun.TeacherFolder];
        string[] texts = ["--vocab", run.Options["--vocab"]];
        string[] classes = ["--classes", run.Options["--classes"]];
        string[] images = ["--images", run.Photos];
        string[] output = ["--output", run.NewPath()];
        string[] rest = verb switch
        {
            "distill" => [.. teacher, .. texts, .. classes, .. images, .. output, "--student", DistilledRun.StudentFolder],
            "features" => [.. teacher, .. images, .. output],
            "preview" => [.. teacher, .. texts, .. classes, .. images],
            "embed" => [.. teacher, .. images, .. output],
            "classes" => ["add", "otter", "--model", run.Student, .. teacher, .. texts, .. output],
            "predict" => ["--model", run.Student, Directory.GetFiles(run.TestPictures, "*.*", SearchOption.AllDirectories)[0]],
            "evaluate" => ["--model", run.Student, "--data", run.TestPictures],
            _ => ["--model", run.Student, "--listen", "http://127.0.0.1:0"],
        };
        return [verb, .. rest];
    }
}
