using PromptKD.Dassl;
using PromptKD.Export;
using PromptKD.Models.Weights;
using PromptKD.Tests.Data;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Cli;

/// <summary>The command line of <c>export</c>, and the package that <c>train --eval-only</c> leaves.</summary>
[Collection(CommandLine.Name)]
public sealed class ExportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_trained_checkpoint_and_its_evaluation_make_packages_that_answer_alike()
    {
        FakeDatasets.Create("DescribableTextures", In("data"));
        string[] common =
        [
            "train", "--root", In("data"), "--trainer", "CoOp", "--student", DistilledRun.StudentFolder, "--seed", "1",
            "--vocab", TinyClip.Vocabulary, "--device", "cpu", "DATASET.NAME", "DescribableTextures",
            "TRAINER.COOP.N_CTX", "2", "TRAINER.COOP.CLASS_TOKEN_POSITION", "front", "TRAINER.COOP.PREC", "fp32",
            "INPUT.INTERPOLATION", "bicubic", "INPUT.TRANSFORMS", "['normalize']",
            "INPUT.PIXEL_MEAN",
            "[0.48145466, 0.4578275, 0.40821073]",
            "INPUT.PIXEL_STD",
            "[0.26862954, 0.26130258, 0.27577711]",
            "DATASET.NUM_SHOTS", "2", "OPTIM.MAX_EPOCH", "1", "DATALOADER.TRAIN_X.BATCH_SIZE", "4",
        ];
        CliProgram.Run([common[0], "--output-dir", In("run"), .. common[1..]]).Succeeds();
        CliProgram.Run([common[0], "--output-dir", In("eval"), "--model-dir", In("run"), "--eval-only", .. common[1..]]).Succeeds();
        string[] names = [.. StudentPackage.ReadManifest(In("eval/student")).ClassNames];

        CliResult exported = CliProgram.Run(
        [
            "export",
            "--checkpoint",
            new DasslCheckpoints(In("run"), "CoOp").Find(null),
            "--student",
            DistilledRun.StudentFolder,
            "--classes", string.Join(',', names), "--output", In("exported"), "--class-position", "front",
            "--vocab", TinyClip.Vocabulary, "--device", "cpu", "--precision", "fp32",
        ]).Succeeds();

        Assert.Contains($"Wrote {In("exported")}: CoOp, 4 classes", exported.Error, StringComparison.Ordinal);
        string picture = Directory.EnumerateFiles(In("data"), "*.*g", SearchOption.AllDirectories).First();
        Assert.Equal(Predict("eval/student", picture), Predict("exported", picture));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(In("eval/student"), "class_vectors.safetensors")),
            File.ReadAllBytes(Path.Combine(In("exported"), "class_vectors.safetensors")));
    }

    [Theory]
    [InlineData("{meta_net.linear1.weight: [2, 24], ctx: [4, 64]}", "anew for each picture")]
    [InlineData("{visual.proj: [2, 2]}", "a CLIP without anything learned")]
    [InlineData("{weight: [2, 2]}", "no checkpoint of CoOp, MaPLe, IVLP, PromptSRC or PromptKD")]
    [InlineData("{ctx: [4, 63]}", "'ctx' is [4, 63] but CoOp on")]
    [InlineData("{ctx: [3, 4, 64]}", "3 classes have learned tokens of their own, but --classes has 2")]
    [InlineData("{ctx: [4, 64], odd: [1]}", "the tensor 'odd' [1] has no place")]
    [InlineData("{prompt_learner.ctx: [4, 64], image_encoder.proj: [128, 24]}", "it has a part of the image tower")]
    [InlineData(
        "{prompt_learner.ctx: [4, 64], prompt_learner.compound_prompts_text.0: [4, 64]}",
        "no tensor 'prompt_learner.proj.weight'")]
    [InlineData("{VPT_image_trans.conv1.0.weight: [6, 24, 1, 1]}", "Give --teacher")]
    public void What_does_not_fit_is_one_line(string tensors, string reason)
    {
        TinyClip.Write(In("clip.safetensors"), TinyClip.Architecture, seed: 1000);
        using DisposeScope scope = NewDisposeScope();
        SafetensorsFile.Write(In("learned.safetensors"), [.. Tensors(tensors)]);

        string mistake = CliProgram.Run(Arguments("learned.safetensors")).Mistake();

        Assert.Contains(reason, mistake, StringComparison.Ordinal);
        Assert.False(Path.Exists(In("package")));
    }

    [Fact]
    public void What_is_no_checkpoint_at_all_is_one_line()
    {
        TinyClip.Write(In("clip.safetensors"), TinyClip.Architecture, seed: 1000);
        File.WriteAllText(In("page.html"), "<html>not found</html>");

        Assert.Contains(
            "neither safetensors nor a PyTorch file",
            CliProgram.Run(Arguments("page.html")).Mistake(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_makes_an_ONNX_file_as_the_options_say()
    {
        new TinyPackage().Write(In("student"));
        Directory.CreateDirectory(In("photos"));
        File.WriteAllBytes(In("photos/one.png"), TestPictures.Gradient(40, 30));

        CliResult result = CliProgram.Run(
            "export", "--model", In("student"), "--output", In("s.onnx"), "--float-input", "--images",
            In("photos")).Succeeds();

        Assert.Contains("best class changed on 0 of 1 pictures (photos)", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 layers, width 128, patches of 8 pixels, 3 classes", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"layout\": \"NCHW\"", File.ReadAllText(In("s.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_cut_off_between_description_and_graph_is_made_by_the_same_command()
    {
        new TinyPackage().Write(In("student"));
        string[] command = ["export", "--model", In("student"), "--output", In("s.onnx")];
        CliProgram.Run(command).Succeeds();
        byte[] graph = File.ReadAllBytes(In("s.onnx")), description = File.ReadAllBytes(In("s.json"));
        File.Delete(In("s.onnx"));
        File.WriteAllBytes(In("t.json"), description);

        CliProgram.Run(command).Succeeds();

        Assert.Equal(graph, File.ReadAllBytes(In("s.onnx")));
        Assert.Equal(description, File.ReadAllBytes(In("s.json")));
        Assert.Equal(
            $"promptkd: '{In("t.json")}' is there already. Give a new file, or remove that one.",
            CliProgram.Run([.. command[..^1], In("t.onnx")]).Mistake());
        Assert.Equal(description, File.ReadAllBytes(In("t.json")));
    }

    [Theory]
    [InlineData("Give --model to make an ONNX file of, or --clip to make ONNX files of its towers, or --checkpoint to make a student package of.")]
    [InlineData("--checkpoint has no effect with --model.", "--model", "a", "--checkpoint", "b")]
    [InlineData("--int8 has no effect with --clip.", "--clip", "a", "--int8")]
    [InlineData("--clip has no effect with --model.", "--model", "a", "--clip", "b")]
    [InlineData("--fp16 and --int8 are both given.", "--model", "a", "--fp16", "--int8")]
    [InlineData("--calibrate has no effect without --int8.", "--model", "a", "--calibrate", "b")]
    [InlineData("--vocab has no effect with --model.", "--model", "a", "--vocab", "b")]
    [InlineData("--classes has no effect with --model.", "--model", "a", "--classes", "b")]
    [InlineData("--device has no effect with --model.", "--model", "a", "--device", "cpu")]
    [InlineData("--float-input has no effect with --checkpoint.", "--checkpoint", "a", "--float-input")]
    [InlineData("--student is required with --checkpoint.", "--checkpoint", "a")]
    [InlineData("--classes is required with --checkpoint.", "--checkpoint", "a", "--student", "b")]
    [InlineData("No student package: ", "--model", "nowhere")]
    public void What_is_made_of_what_is_said_in_one_line(string reason, params string[] options) => Assert.Contains(
        reason, CliProgram.Run(["export", "--output", In("s.onnx"), .. options]).Mistake(), StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(string text) =>
        from one in text.Trim('{', '}').Split("], ", StringSplitOptions.TrimEntries)
        let parts = one.TrimEnd(']').Split(": [")
        select KeyValuePair.Create(parts[0], ones([.. parts[1].Split(", ").Select(long.Parse)]));

    private string In(string name) => Path.Combine(_folder, name);

    private string Predict(string package, string picture) => CliProgram.Run(
        "predict", "--model", In(package), "--json", "--top", "4", "--device", "cpu", picture).Succeeds().Output;

    private IEnumerable<string> Arguments(string checkpoint) =>
    [
        "export", "--checkpoint", In(checkpoint), "--student", In("clip.safetensors"), "--classes",
        "red star,blue moon",
        "--output", In("package"), "--vocab", TinyClip.Vocabulary, "--device", "cpu",
    ];
}
